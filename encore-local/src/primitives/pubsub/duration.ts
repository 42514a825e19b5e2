const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3_600 * SECOND,
  d: DAY,
  w: 7 * DAY,
  y: 31_556_926 * SECOND,
};

/** Milliseconds of a duration such as `100ms` or `1h30m`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ns|us|ms|[smhdwy]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ns|us|ms|[smhdwy])/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  }
  return total;
}
