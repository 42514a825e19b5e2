import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DomainError } from "../platform/errors";
import { createTokenVerifier } from "./token-verifier";

/** A real issuer over HTTP: a discovery document and a key set. */
let server: Server;
let issuer: string;
let privateKey: CryptoKey;
let strangersKey: CryptoKey;
let keySetStatus = 200;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256");
  privateKey = pair.privateKey;
  strangersKey = (await generateKeyPair("RS256")).privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "RS256" };
  server = createServer((req, res) => {
    const isKeySet = req.url === "/keys";
    res.writeHead(isKeySet ? keySetStatus : 200, { "content-type": "application/json" });
    res.end(JSON.stringify(isKeySet ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const audience = "vaporform";

function token(
  change: (jwt: SignJWT) => SignJWT = (jwt) => jwt,
  { key = privateKey, kid = "k1" }: { key?: CryptoKey; kid?: string } = {},
): Promise<string> {
  const jwt = new SignJWT({})
    .setProtectedHeader({ alg: "RS256", kid })
    .setSubject("alice")
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime("5m");
  return change(jwt).sign(key);
}

async function reasonFor(jwt: string): Promise<string> {
  const outcome = await createTokenVerifier({ issuer, audience })
    .verify(jwt)
    .catch((error: unknown) => error);
  if (!(outcome instanceof DomainError)) throw new Error(`expected a DomainError, got ${String(outcome)}`);
  return outcome.reason;
}

describe("a token verifier", () => {
  it("gives the subject of a valid token", async () => {
    expect(await createTokenVerifier({ issuer, audience }).verify(await token())).toBe("alice");
  });

  it("allows a clock that is a little off", async () => {
    const jwt = await token((t) => t.setExpirationTime(Math.floor(Date.now() / 1000) - 20));
    expect(await createTokenVerifier({ issuer, audience }).verify(jwt)).toBe("alice");
  });

  it.each([
    ["has expired", () => token((t) => t.setExpirationTime(Math.floor(Date.now() / 1000) - 3600))],
    ["is not valid yet", () => token((t) => t.setNotBefore(Math.floor(Date.now() / 1000) + 3600))],
    ["is of another issuer", () => token((t) => t.setIssuer("https://evil.example"))],
    ["is for another audience", () => token((t) => t.setAudience("other"))],
    ["is signed with another key", () => token(undefined, { key: strangersKey })],
    ["names a key that is not there", () => token(undefined, { kid: "../k1" })],
    ["names no user", () => token((t) => t.setSubject(""))],
    ["is not a token", async () => "garbage"],
    [
      "is unsigned",
      async () =>
        new UnsecuredJWT({})
          .setSubject("alice")
          .setIssuer(issuer)
          .setAudience(audience)
          .setExpirationTime("5m")
          .encode(),
    ],
    [
      "is signed with a shared secret",
      () =>
        new SignJWT({})
          .setProtectedHeader({ alg: "HS256", kid: "k1" })
          .setSubject("alice")
          .setIssuer(issuer)
          .setAudience(audience)
          .setExpirationTime("5m")
          .sign(new TextEncoder().encode("a shared secret that is long enough")),
    ],
  ])("rejects a token that %s", async (_, make) => {
    expect(await reasonFor(await make())).toBe("credentials_rejected");
  });

  it("says that the keys could not be loaded, and loads them once the issuer is back", async () => {
    const jwt = await token();
    const verifier = createTokenVerifier({ issuer, audience });
    keySetStatus = 503;
    await expect(verifier.verify(jwt)).rejects.toMatchObject({ reason: "auth_keys_unavailable", retryable: true });
    keySetStatus = 200;
    expect(await verifier.verify(jwt)).toBe("alice");
  });

  it("refuses a configuration that names another issuer", async () => {
    const verifier = createTokenVerifier({ issuer: `${issuer}/`, audience });
    await expect(verifier.verify(await token())).rejects.toMatchObject({ reason: "auth_keys_unavailable" });
  });
});
