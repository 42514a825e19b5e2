import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { DomainError } from "../platform/errors";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key in the secret CredentialKey: 32 bytes in base64. Throws `credentials_not_configured`. */
export function parseCredentialKey(secret: string): Buffer {
  const key = Buffer.from(secret.trim(), "base64");
  if (key.length === KEY_BYTES) return key;
  const what = secret.trim() === "" ? "is not set" : `does not hold ${KEY_BYTES} bytes in base64`;
  throw new DomainError("credentials_not_configured", `a token cannot be kept: the secret CredentialKey ${what}`);
}

/** Tells keys apart without telling anything of them. */
function keyId(key: Buffer): Buffer {
  return createHash("sha256").update("vaporform credential key").update(key).digest().subarray(0, KEY_ID_BYTES);
}

/** Encrypts a token for one row: moved to another row, it cannot be decrypted. Key id, nonce, tag, text. */
export function encryptToken(token: string, { key, rowId }: { key: Buffer; rowId: string }): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(rowId));
  const text = Buffer.concat([cipher.update(token, "utf8"), cipher.final()]);
  return Buffer.concat([keyId(key), nonce, cipher.getAuthTag(), text]);
}

/** Throws `credentials_not_configured` for another key, and an Error for a value of another row. */
export function decryptToken(encrypted: Buffer, { key, rowId }: { key: Buffer; rowId: string }): string {
  if (!encrypted.subarray(0, KEY_ID_BYTES).equals(keyId(key))) {
    throw new DomainError("credentials_not_configured", "the token was encrypted with another CredentialKey");
  }
  const nonce = encrypted.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES);
  const tag = encrypted.subarray(KEY_ID_BYTES + NONCE_BYTES, KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(rowId)).setAuthTag(tag);
  const text = encrypted.subarray(KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
}
