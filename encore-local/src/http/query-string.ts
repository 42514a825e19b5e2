/** The pairs of a query string, as forms encode them: `+` is a space, what is no valid escape stays as it is. */
export function parseQuery(query: string): [name: string, value: string][] {
  if (query === "") return [];
  const pairs: [string, string][] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    pairs.push(
      equals < 0 ? [formDecode(part), ""] : [formDecode(part.slice(0, equals)), formDecode(part.slice(equals + 1))],
    );
  }
  return pairs;
}

function formDecode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  return spaced.includes("%") ? Buffer.from(percentDecodedBytes(spaced)).toString("utf8") : spaced;
}

/** The bytes behind percent escapes. */
export function percentDecodedBytes(text: string): Uint8Array {
  const source = Buffer.from(text, "utf8");
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    const value = source[at] === 37 ? hexPair(source, at + 1) : -1;
    bytes[length++] = value < 0 ? (source[at] ?? 0) : value;
    if (value >= 0) at += 2;
  }
  return bytes.subarray(0, length);
}

function hexPair(source: Buffer, at: number): number {
  const digits = source.toString("latin1", at, at + 2);
  return /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}
