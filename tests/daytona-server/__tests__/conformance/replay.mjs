// Replays toolbox.json against the toolbox of one sandbox and compares its answers with those of Daytona's own.
//
//   node run.mjs TOOLBOX_BASE_URL [--header "authorization: Bearer KEY"] [--only files/] [--verbose]
//
// The sandbox must be fresh and have sh, git, python3 and node. Prints what differs; closes with "N passed, N failed".
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Sends one request; gives back the answer with what varies from run to run replaced by words in angle brackets. */
export async function perform(base, headers, context, { method, path: target, headers: own = {}, body, multipart }) {
  const fill = (s) => s.replaceAll("{dir}", context.dir).replaceAll("{cmd}", context.cmd ?? "none");
  let payload = body === undefined ? undefined : fill(body);
  if (multipart) {
    payload = new FormData();
    for (const part of multipart) {
      if (part.filename === undefined) payload.append(part.name, fill(part.content));
      else payload.append(part.name, new Blob([part.content]), part.filename);
    }
  }
  const res = await fetch(base + fill(target), {
    method,
    headers: { ...headers, ...own },
    body: payload,
    signal: AbortSignal.timeout(20000),
    redirect: "manual",
  });
  const type = res.headers.get("content-type")?.split(";")[0] ?? null;
  const text = normalise(await res.text(), context);
  let answer = text;
  if (type === "application/json")
    try {
      answer = { json: scrub(JSON.parse(text)) };
    } catch {
      /* kept as text */
    }
  if (answer?.json?.cmdId) {
    context.cmd = answer.json.rawCmdId ?? JSON.parse(context.lastRaw).cmdId;
  }
  return { status: res.status, type, body: answer };
}

function normalise(text, context) {
  context.lastRaw = text;
  return text
    .replaceAll(context.dir, "<dir>")
    .replaceAll(encodeURIComponent(context.dir), "<dir>")
    .replaceAll(context.home, "<home>")
    .replace(/(\/usr)?\/bin\/(ba|da|z)?sh\b/g, "<shell>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, "<time>")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \w+( m=[+-][\d.]+)?/g, "<time>")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>")
    .replace(/--[0-9a-f]{60}(--)?/g, "--<boundary>$1")
    .replace(/\b[0-9a-f]{40}\b/g, "<sha>")
    .replace(/\/tmp\/[\w.-]+/g, "<tmp>");
}

const VOLATILE = new Set(["pid", "owner", "group", "createdAt", "modTime", "modifiedAt", "traceId"]);
function scrub(v, key) {
  if (Array.isArray(v))
    return v.map((x) => scrub(x)).sort((a, b) => (a?.name && b?.name ? (a.name < b.name ? -1 : 1) : 0));
  if (v && typeof v === "object")
    return Object.fromEntries(
      Object.keys(v)
        .sort()
        .map((k) => [k, scrub(v[k], k)]),
    );
  return VOLATILE.has(key) && v !== null ? `<${key}>` : v;
}

/** A context for one run: a fresh folder name below the sandbox's work folder. */
export async function open(base, headers) {
  const json = async (p) => (await (await fetch(base + p, { headers })).json()).dir;
  const home = await json("/user-home-dir");
  return { home, dir: `${await json("/work-dir")}/conformance-${Math.random().toString(36).slice(2, 8)}` };
}

async function main() {
  const args = process.argv.slice(2);
  const value = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const header = value("--header");
  const headers = header
    ? { [header.slice(0, header.indexOf(":"))]: header.slice(header.indexOf(":") + 1).trim() }
    : {};
  const here = path.dirname(fileURLToPath(import.meta.url));
  const cases = JSON.parse(readFileSync(value("--cases") ?? path.join(here, "toolbox.json"), "utf8"));
  const context = await open(args[0], headers);
  let passed = 0,
    failed = 0;
  for (const c of cases) {
    if (c.wait) {
      await new Promise((r) => setTimeout(r, c.wait));
      continue;
    }
    const got = await perform(args[0], headers, context, c.request);
    if (value("--only") && !c.name.startsWith(value("--only"))) continue;
    if (JSON.stringify(got) === JSON.stringify(c.response)) {
      passed++;
      if (args.includes("--verbose")) console.log(`ok   ${c.name}`);
      continue;
    }
    failed++;
    console.log(
      `FAIL ${c.name}\n  sent     ${JSON.stringify(c.request).slice(0, 300)}\n  expected ${JSON.stringify(c.response).slice(0, 500)}\n  got      ${JSON.stringify(got).slice(0, 500)}`,
    );
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
