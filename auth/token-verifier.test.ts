import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUDIENCE, startIssuer, type TestIssuer } from "../tests/support/issuer";
import { createTokenVerifier } from "./token-verifier";

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => {
  await issuer.stop();
});

const newVerifier = () => createTokenVerifier({ issuer: issuer.url, audience: AUDIENCE });
const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

describe("a token verifier", () => {
  it("gives the subject of a valid token", async () => {
    expect(await newVerifier().verify(await issuer.token())).toBe("alice");
  });

  it("allows a clock that is a little off, and no more", async () => {
    const verifier = newVerifier();
    expect(await verifier.verify(await issuer.token((t) => t.setExpirationTime(secondsAgo(20))))).toBe("alice");
    const late = verifier.verify(await issuer.token((t) => t.setExpirationTime(secondsAgo(90))));
    await expect(late).rejects.toMatchObject({ reason: "credentials_rejected", message: "the token has expired" });
    expect(await verifier.verify(await issuer.token((t) => t.setNotBefore(secondsAgo(-20))))).toBe("alice");
  });

  it("rejects every token that something is wrong with", async () => {
    const verifier = newVerifier();
    for (const [what, token] of Object.entries(await issuer.badTokens())) {
      await expect(verifier.verify(token), what).rejects.toMatchObject({ reason: "credentials_rejected" });
    }
  });

  it("asks for the keys once, and again only for a key that it does not know", async () => {
    const verifier = newVerifier();
    const before = issuer.keysAsked();
    for (let i = 0; i < 5; i++) await verifier.verify(await issuer.token());
    expect(issuer.keysAsked()).toBe(before + 1);
  });

  it("does not ask the issuer anew for each unknown key that somebody makes up", async () => {
    const verifier = newVerifier();
    await verifier.verify(await issuer.token());
    const before = issuer.keysAsked();
    for (let i = 0; i < 10; i++) {
      await expect(verifier.verify(await issuer.token(undefined, { kid: `made-up-${i}` }))).rejects.toMatchObject({
        reason: "credentials_rejected",
      });
    }
    expect(issuer.keysAsked() - before).toBeLessThanOrEqual(1);
  });

  it("takes the tokens of a new key once the issuer has one, and those of the old one no more", async () => {
    const old = await issuer.token();
    await issuer.rotate();
    const verifier = newVerifier();
    expect(await verifier.verify(await issuer.token())).toBe("alice");
    await expect(verifier.verify(old)).rejects.toMatchObject({ reason: "credentials_rejected" });
  });

  it("follows a rotation while it runs, and forgets the old key with it", async () => {
    const verifier = createTokenVerifier({ issuer: issuer.url, audience: AUDIENCE, cooldownMs: 0 });
    const old = await issuer.token();
    expect(await verifier.verify(old)).toBe("alice");
    await issuer.rotate();
    expect(await verifier.verify(await issuer.token())).toBe("alice");
    await expect(verifier.verify(old)).rejects.toMatchObject({ reason: "credentials_rejected" });
  });

  it("keeps keys for a time only, so that one that was taken back is refused though its tokens are good", async () => {
    const kept = newVerifier();
    const fresh = createTokenVerifier({ issuer: issuer.url, audience: AUDIENCE, keepKeysMs: 0 });
    const old = await issuer.token();
    for (const verifier of [kept, fresh]) expect(await verifier.verify(old)).toBe("alice");
    await issuer.rotate();
    expect(await kept.verify(old)).toBe("alice");
    await expect(fresh.verify(old)).rejects.toMatchObject({ reason: "credentials_rejected" });
  });

  it("says that the keys could not be loaded, and loads them once the issuer is back", async () => {
    const jwt = await issuer.token();
    const verifier = newVerifier();
    issuer.setKeysStatus(503);
    await expect(verifier.verify(jwt)).rejects.toMatchObject({ reason: "auth_keys_unavailable", retryable: true });
    issuer.setKeysStatus(200);
    expect(await verifier.verify(jwt)).toBe("alice");
  });

  it("refuses a configuration that names another issuer", async () => {
    const verifier = createTokenVerifier({ issuer: `${issuer.url}/`, audience: AUDIENCE });
    await expect(verifier.verify(await issuer.token())).rejects.toMatchObject({ reason: "auth_keys_unavailable" });
  });
});
