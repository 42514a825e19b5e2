const HIDDEN = "•••";
const SECRET_NAME = /authorization|cookie|password|passphrase|secret|token|api[-_]?key|credential/i;

const isHidden = (name: string, value: unknown): boolean => SECRET_NAME.test(name) && value !== null && value !== "";

/** JSON with the values of fields hidden whose names tell of secrets. */
export function redactJson(text: string): string {
  return JSON.stringify(JSON.parse(text, (name, value: unknown) => (isHidden(name, value) ? HIDDEN : value)));
}

/** The same for texts by name. */
export function redactTexts(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [name, isHidden(name, value) ? HIDDEN : value]),
  );
}

/** A header of an answer as it may be shown: of a cookie only its name and its attributes. */
export function redactHeader(name: string, value: string): string {
  if (name.toLowerCase() === "set-cookie") return value.replace(/=[^;]*/, `=${HIDDEN}`);
  return /authorization/i.test(name) ? HIDDEN : value;
}
