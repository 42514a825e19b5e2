import { createServer } from "node:http";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";

export const AUDIENCE = "vaporform";

export interface TestIssuer {
  /** What tokens have as their `iss`, and where the discovery document is. */
  url: string;
  /** A valid token of alice's, unless `change` makes it another one. */
  token(change?: (jwt: SignJWT) => SignJWT, key?: TokenKey): Promise<string>;
  /** Tokens that nobody may get in with, by what is wrong with them. */
  badTokens(): Promise<Record<string, string>>;
  /** From now on the keys are answered for with this status. */
  setKeysStatus(status: number): void;
  /** Takes a new key in place of the one there is, as issuers do now and then. */
  rotate(): Promise<void>;
  /** How often the keys were asked for. */
  keysAsked(): number;
  stop(): Promise<void>;
}

const UNLISTED = "unlisted";

interface TokenKey {
  key?: CryptoKey;
  kid?: string;
}

/** A real issuer over HTTP: a discovery document and a key set. */
export async function startIssuer(): Promise<TestIssuer> {
  const strangersKey = (await generateKeyPair("RS256")).privateKey;
  let generation = 0;
  let pair = await generateKeyPair("RS256", { extractable: true });
  /** Of a good algorithm that is not among those that the backend names. */
  const unlisted = await generateKeyPair("Ed25519", { extractable: true });
  let status = 200;
  let asked = 0;
  const server = createServer(async (req, res) => {
    const isKeySet = req.url === "/keys";
    if (isKeySet) asked += 1;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: `k${generation}`, alg: "RS256" };
    res.writeHead(isKeySet ? status : 200, { "content-type": "application/json" });
    const keys = [jwk, { ...(await exportJWK(unlisted.publicKey)), kid: UNLISTED }];
    res.end(JSON.stringify(isKeySet ? { keys } : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the issuer has no port");
  const url = `http://127.0.0.1:${address.port}`;

  const claims = (jwt: SignJWT): SignJWT =>
    jwt.setSubject("alice").setIssuer(url).setAudience(AUDIENCE).setExpirationTime("5m");
  const token: TestIssuer["token"] = (change = (jwt) => jwt, { key = pair.privateKey, kid = `k${generation}` } = {}) =>
    change(claims(new SignJWT({}).setProtectedHeader({ alg: "RS256", kid }))).sign(key);
  const withSharedSecret = (secret: Uint8Array, kid = `k${generation}`): Promise<string> =>
    claims(new SignJWT({}).setProtectedHeader({ alg: "HS256", kid })).sign(secret);
  /** As a good one, without one of its claims. */
  const lacking = async (claim: string): Promise<string> => {
    const whole: Record<string, unknown> = { sub: "alice", iss: url, aud: AUDIENCE, exp: secondsFromNow(300) };
    delete whole[claim];
    return await new SignJWT(whole).setProtectedHeader({ alg: "RS256", kid: `k${generation}` }).sign(pair.privateKey);
  };
  const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

  return {
    url,
    token,
    async badTokens() {
      const unsigned = new UnsecuredJWT({})
        .setSubject("alice")
        .setIssuer(url)
        .setAudience(AUDIENCE)
        .setExpirationTime("5m")
        .encode();
      const valid = await token();
      const [header = "", payload = "", signature = ""] = valid.split(".");
      return {
        "has expired": await token((t) => t.setExpirationTime(secondsFromNow(-3_600))),
        "is not valid yet": await token((t) => t.setNotBefore(secondsFromNow(3_600))),
        "is of another issuer": await token((t) => t.setIssuer("https://evil.example")),
        "is for another audience": await token((t) => t.setAudience("other")),
        "is signed with another key": await token(undefined, { key: strangersKey }),
        "names a key by a path": await token(undefined, { kid: "../../dev/null" }),
        "names a key by a query": await token(undefined, { kid: "k0' OR '1'='1" }),
        "is not valid for a little while": await token((t) => t.setNotBefore(secondsFromNow(90))),
        "never expires": await lacking("exp"),
        "has no issuer": await lacking("iss"),
        "is for nobody": await lacking("aud"),
        "has no user": await lacking("sub"),
        "asks for an extension that is not known": await claims(
          new SignJWT({}).setProtectedHeader({ alg: "RS256", kid: `k${generation}`, crit: ["exp-at"], "exp-at": 1 }),
        ).sign(pair.privateKey, { crit: { "exp-at": true } }),
        "is signed by an algorithm that is not named": await claims(
          new SignJWT({}).setProtectedHeader({ alg: "Ed25519", kid: UNLISTED }),
        ).sign(unlisted.privateKey),
        "points to other keys": await claims(
          new SignJWT({}).setProtectedHeader({ alg: "RS256", jku: "https://evil.example/keys", kid: "theirs" }),
        ).sign(strangersKey),
        "names no user": await token((t) => t.setSubject("")),
        "is unsigned": unsigned,
        "is unsigned with the name of it in capitals": unsigned.replace(/^[^.]+/, base64url({ alg: "NONE" })),
        "has lost its signature": `${header}.${payload}.`,
        "has another payload under its signature": `${header}.${base64url({ sub: "bob", iss: url, aud: AUDIENCE, exp: secondsFromNow(300) })}.${signature}`,
        "is signed with a shared secret": await withSharedSecret(
          new TextEncoder().encode("a shared secret that is long enough"),
        ),
        "is signed with the public key as a shared secret": await withSharedSecret(
          new TextEncoder().encode(await exportSPKI(pair.publicKey)),
        ),
        "brings its own key": await claims(
          new SignJWT({}).setProtectedHeader({
            alg: "RS256",
            jwk: await exportJWK((await generateKeyPair("RS256", { extractable: true })).publicKey),
          }),
        ).sign(strangersKey),
        "is none": "garbage",
        "is a developer's": "dev:alice",
      };
    },
    setKeysStatus: (next) => {
      status = next;
    },
    async rotate() {
      generation += 1;
      pair = await generateKeyPair("RS256", { extractable: true });
    },
    keysAsked: () => asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
