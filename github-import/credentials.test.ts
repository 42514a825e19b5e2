import { randomBytes, randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { type CredentialKeys, decryptToken, encryptToken, parseCredentialKeys } from "./credentials";

const key = randomBytes(32);
const keys: CredentialKeys = [key];
const rowId = randomUUID();

it("gives a token back to the row that it was encrypted for", () => {
  expect(decryptToken(encryptToken("a token", { keys, rowId }), { keys, rowId })).toBe("a token");
});

it("does not give it to another row", () => {
  const encrypted = encryptToken("a token", { keys, rowId });
  expect(() => decryptToken(encrypted, { keys, rowId: randomUUID() })).toThrow();
});

it("says that the key is another one", () => {
  const encrypted = encryptToken("a token", { keys, rowId });
  const other = { keys: [randomBytes(32), randomBytes(32)] as const, rowId };
  expect(() => decryptToken(encrypted, other)).toThrow(
    expect.objectContaining({ reason: "credentials_not_configured" }),
  );
});

it("never encrypts twice alike, nor shows the token", () => {
  const [first, second] = [encryptToken("a token", { keys, rowId }), encryptToken("a token", { keys, rowId })];
  expect(first.equals(second)).toBe(false);
  expect(first.includes("a token")).toBe(false);
});

it("goes on reading what an older key encrypted, and encrypts with the newest", () => {
  const newer = randomBytes(32);
  const both: CredentialKeys = [newer, key];
  expect(decryptToken(encryptToken("old", { keys, rowId }), { keys: both, rowId })).toBe("old");
  const fresh = encryptToken("new", { keys: both, rowId });
  expect(decryptToken(fresh, { keys: [newer], rowId })).toBe("new");
  expect(() => decryptToken(fresh, { keys, rowId })).toThrow(
    expect.objectContaining({ reason: "credentials_not_configured" }),
  );
});

it("does not give back what was changed or cut off", () => {
  const encrypted = encryptToken("a token", { keys, rowId });
  const changed = Buffer.from(encrypted);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  expect(() => decryptToken(changed, { keys, rowId })).toThrow();
  // Four bytes of a tag would do for Node where its length is left open.
  expect(() => decryptToken(encrypted.subarray(0, 20), { keys, rowId })).toThrow();
});

const encoded = key.toString("base64");

it.each(["", "short", randomBytes(31).toString("base64"), `${encoded},`, `${encoded},short`, `${encoded}${encoded}`])(
  "refuses %j as keys",
  (secret) => {
    expect(() => parseCredentialKeys(secret)).toThrow(
      expect.objectContaining({ reason: "credentials_not_configured" }),
    );
  },
);

it("takes several keys, with spaces and line breaks around them", () => {
  const other = randomBytes(32);
  expect(parseCredentialKeys(`${encoded}\n`)).toEqual([key]);
  expect(parseCredentialKeys(` ${other.toString("base64")} ,\n${encoded}`)).toEqual([other, key]);
});
