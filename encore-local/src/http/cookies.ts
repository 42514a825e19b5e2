/** A cookie as the app sees and gives it (`Cookie` of encore.dev/api). */
export interface CookieAttributes {
  path?: string;
  domain?: string;
  secure?: boolean;
  httpOnly?: boolean;
  expires?: Date;
  maxAge?: number;
  sameSite?: string;
  partitioned?: boolean;
}

/** The cookies of a `Cookie` header. Of several with one name the last one counts; what has no `=` is left out. */
export function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of header.split(";")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(0, equals)).trim();
    if (name !== "") cookies.set(name, part.slice(equals + 1).trim());
  }
  return cookies;
}

/** The value of a `Set-Cookie` header. */
export function formatCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { httpOnly, sameSite, secure, partitioned, path, domain, maxAge, expires } = attributes;
  const parts = [`${name}=${value}`];
  if (httpOnly) parts.push("HttpOnly");
  if (sameSite !== undefined) parts.push(`SameSite=${sameSite}`);
  // Browsers refuse these without Secure, so it is added where the app says nothing about it.
  if (sameSite === "None" && secure === undefined) parts.push("Secure");
  if (partitioned) parts.push("Partitioned");
  if (partitioned && secure === undefined) parts.push("Secure");
  if (secure) parts.push("Secure");
  if (path !== undefined) parts.push(`Path=${path}`);
  if (domain !== undefined) parts.push(`Domain=${domain.replace(/^\./, "")}`);
  if (maxAge !== undefined) parts.push(`Max-Age=${maxAge}`);
  if (expires !== undefined) parts.push(`Expires=${expires.toUTCString()}`);
  return parts.join("; ");
}
