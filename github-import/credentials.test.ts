import { randomBytes, randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { decryptToken, encryptToken, parseCredentialKey } from "./credentials";

const key = randomBytes(32);
const rowId = randomUUID();

it("gives a token back to the row that it was encrypted for", () => {
  expect(decryptToken(encryptToken("a token", { key, rowId }), { key, rowId })).toBe("a token");
});

it("does not give it to another row", () => {
  const encrypted = encryptToken("a token", { key, rowId });
  expect(() => decryptToken(encrypted, { key, rowId: randomUUID() })).toThrow();
});

it("says that the key is another one", () => {
  const encrypted = encryptToken("a token", { key, rowId });
  const other = { key: randomBytes(32), rowId };
  expect(() => decryptToken(encrypted, other)).toThrow(
    expect.objectContaining({ reason: "credentials_not_configured" }),
  );
});

it("never encrypts twice alike, nor shows the token", () => {
  const [first, second] = [encryptToken("a token", { key, rowId }), encryptToken("a token", { key, rowId })];
  expect(first.equals(second)).toBe(false);
  expect(first.includes("a token")).toBe(false);
});

it.each(["", "short", randomBytes(31).toString("base64")])("refuses %j as a key", (secret) => {
  expect(() => parseCredentialKey(secret)).toThrow(expect.objectContaining({ reason: "credentials_not_configured" }));
});

it("takes a key with a line break behind it", () => {
  expect(parseCredentialKey(`${key.toString("base64")}\n`).equals(key)).toBe(true);
});
