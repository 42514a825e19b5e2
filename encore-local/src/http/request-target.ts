import { percentDecodedBytes } from "./query-string";

/** What a path may hold as it is; everything else is escaped before the app sees it. */
const PLAIN_PATH = /^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]/%]*$/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

export interface RequestTarget {
  /** Escaped. */
  path: string;
  /** Without the question mark. */
  query: string;
}

/**
 * Splits a request's target as the development server in front of an Encore app does: a malformed escape in the path is
 * refused (null), characters that do not belong there are escaped, and query parameters that cannot be read are dropped.
 */
export function parseTarget(target: string): RequestTarget | null {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target);
  const local = absolute ? target.slice(absolute[0].length) || "/" : target;
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  if (!path.startsWith("/") && path !== "*") return null;
  if (BAD_ESCAPE.test(path)) return null;
  return {
    path: PLAIN_PATH.test(path) ? path : escapePath(path),
    query: mark < 0 ? "" : readableQuery(local.slice(mark + 1)),
  };
}

function escapePath(path: string): string {
  let escaped = "";
  for (const byte of percentDecodedBytes(path)) {
    const character = String.fromCharCode(byte);
    const plain = byte < 128 && /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(character);
    escaped += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return escaped;
}

/** Once one parameter is unreadable, the others are written anew, sorted by name. */
function readableQuery(query: string): string {
  if (!query.includes(";") && !BAD_ESCAPE.test(query)) return query;
  const readable = query.split("&").filter((part) => part !== "" && !part.includes(";") && !BAD_ESCAPE.test(part));
  const pairs = readable.map((part): [string, string] => {
    const [name = "", ...value] = part.split("=");
    return [name, value.join("=")];
  });
  return pairs
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}
