import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { DomainError } from "../platform/errors";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The first encrypts, each decrypts: while a new key comes into use, what the old one encrypted can still be read. */
export type CredentialKeys = readonly [Buffer, ...Buffer[]];

/** The keys in the secret CredentialKey: 32 bytes in base64 each, the newest first, with commas between. Throws `credentials_not_configured`. */
export function parseCredentialKeys(secret: string): CredentialKeys {
  const [first, ...older] = secret.split(",").map(decodeKey);
  if (first !== undefined && older.every((key) => key !== undefined)) return [first, ...older];
  const what =
    secret.trim() === ""
      ? "is not set"
      : `does not hold keys of ${KEY_BYTES} bytes in base64, with commas between them`;
  throw new DomainError("credentials_not_configured", `a token cannot be kept: the secret CredentialKey ${what}`);
}

function decodeKey(text: string): Buffer | undefined {
  // Node's decoder ends at the first padding, and passes over what is not of the alphabet.
  const key = /^[\w+/-]+={0,2}$/.test(text.trim()) ? Buffer.from(text.trim(), "base64") : undefined;
  return key?.length === KEY_BYTES ? key : undefined;
}

/** Tells keys apart without telling anything of them. */
function keyId(key: Buffer): Buffer {
  return createHash("sha256").update("vaporform credential key").update(key).digest().subarray(0, KEY_ID_BYTES);
}

export interface Sealing {
  keys: CredentialKeys;
  rowId: string;
}

/** Encrypts a token for one row: moved to another row, it cannot be decrypted. Key id, nonce, tag, text. */
export function encryptToken(token: string, { keys: [key], rowId }: Sealing): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(rowId));
  const text = Buffer.concat([cipher.update(token, "utf8"), cipher.final()]);
  return Buffer.concat([keyId(key), nonce, cipher.getAuthTag(), text]);
}

/** Throws `credentials_not_configured` when none of the keys is the one, and an Error for a value of another row. */
export function decryptToken(encrypted: Buffer, { keys, rowId }: Sealing): string {
  const id = encrypted.subarray(0, KEY_ID_BYTES);
  const key = keys.find((each) => keyId(each).equals(id));
  if (key === undefined) {
    throw new DomainError("credentials_not_configured", "the token was encrypted with another CredentialKey");
  }
  const nonce = encrypted.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES);
  const tag = encrypted.subarray(KEY_ID_BYTES + NONCE_BYTES, KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(rowId)).setAuthTag(tag);
  const text = encrypted.subarray(KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
}
