/** How a part is. `development` is said of Daytona and of sign-in: neither is configured, and need not be on a developer's machine. */
export type PartStatus = "ok" | "unavailable" | "development";

export interface PartReadiness {
  name: string;
  status: PartStatus;
}

interface Part {
  name: string;
  /** How it is; a rejection says that it is unavailable. */
  look: () => Promise<PartStatus>;
  /** How long what was seen is good for: anybody may ask, and what stands behind must not feel it. */
  keepMs: number;
}

interface Seen {
  at: number;
  status: Promise<PartStatus>;
}

/** Whoever does not answer within this counts as away. */
const PATIENCE_MS = 3_000;

const parts = new Map<string, Part>();
const seen = new Map<string, Seen>();

/** Services register what they stand on when they are loaded; whoever tells of all of it knows none of them. */
export function registerPart(part: Part): void {
  parts.set(part.name, part);
}

/** All parts by name, none looked at more often than its `keepMs` says. */
export async function lookAtParts(): Promise<PartReadiness[]> {
  const looks = [...parts.values()].map(async (part) => ({ name: part.name, status: await statusOf(part) }));
  return (await Promise.all(looks)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function statusOf(part: Part): Promise<PartStatus> {
  const now = performance.now();
  const last = seen.get(part.name);
  if (last !== undefined && now - last.at < part.keepMs) return await last.status;
  const status = withinPatience(part.look());
  seen.set(part.name, { at: now, status });
  return await status;
}

async function withinPatience(look: Promise<PartStatus>): Promise<PartStatus> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartStatus>((resolve) => {
    timer = setTimeout(() => resolve("unavailable"), PATIENCE_MS);
  });
  // Why it is away is in the log of whoever needs it; here only that it is.
  const seenNow = look.catch((): PartStatus => "unavailable");
  try {
    return await Promise.race([seenNow, late]);
  } finally {
    clearTimeout(timer);
  }
}
