/**
 * Whether a text is an e-mail address by RFC 5321/5322, as Encore's `IsEmail` sees it: no display name, a quoted local
 * part and a literal address as domain allowed, a single label (`a@localhost`) too, non-ASCII letters too.
 */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1) return false;
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  return isLocalPart(local) && isDomain(domain);
}

const ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+$/u;

function isLocalPart(local: string): boolean {
  if (Buffer.byteLength(local) > 64) return false;
  if (local.startsWith('"') && local.endsWith('"') && local.length > 1) {
    return /^(?:[\t\u0020-\u0021\u0023-\u005b\u005d-\u007e\u0080-\u{10ffff}]|\\[\t\u0020-\u007e])+$/u.test(
      local.slice(1, -1),
    );
  }
  return local.split(".").every((atom) => ATOM.test(atom));
}

/** Letters and digits at both ends, anything an atom may hold between them. */
const LABEL = /^[\p{Alphabetic}\p{N}](?:[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]*[\p{Alphabetic}\p{N}])?$/u;

function isDomain(domain: string): boolean {
  if (Buffer.byteLength(domain) > 254) return false;
  if (domain.startsWith("[") && domain.endsWith("]"))
    return /^[\u0021-\u005a\u005e-\u007e\u0080-\u{10ffff}]*$/u.test(domain.slice(1, -1));
  return domain.split(".").every((label) => Buffer.byteLength(label) <= 63 && LABEL.test(label));
}
