import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { DomainError } from "../platform/errors";

/** Signatures with a public key only: a shared secret (HS256) or none at all is never accepted. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const CLOCK_SKEW_SECONDS = 60;
const DISCOVERY_TIMEOUT_MS = 5_000;
const KEYS_TIMEOUT_MS = 5_000;

export interface TokenVerifierOptions {
  /** The `iss` that tokens must have, and where its OpenID configuration is found. */
  issuer: string;
  /** The `aud` that tokens must have. */
  audience: string;
  /** At most once in this time the keys are asked for anew because a token names one that is not known; 30 s when absent. */
  cooldownMs?: number;
  /** The keys are asked for anew after this in any case; 10 minutes when absent. */
  keepKeysMs?: number;
}

export interface TokenVerifier {
  /** The `sub` of a valid token. Throws `credentials_rejected` or `auth_keys_unavailable`. */
  verify(token: string): Promise<string>;
}

/**
 * Verifies JWTs of an OpenID Connect issuer (Auth0, Clerk, Keycloak, ...). The address of the keys comes from the issuer's
 * discovery document (OpenID Connect Discovery 1.0, section 4); `jose` caches the keys and follows their rotation.
 */
export function createTokenVerifier({ issuer, audience, ...times }: TokenVerifierOptions): TokenVerifier {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  async function loadedKeys(): Promise<JWTVerifyGetKey> {
    keys ??= discoverKeys(issuer, times);
    try {
      return await keys;
    } catch (error) {
      // The next request tries again.
      keys = undefined;
      throw error;
    }
  }

  return {
    async verify(token) {
      const getKey = await loadedKeys();
      try {
        const { payload } = await jwtVerify(token, getKey, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_SKEW_SECONDS,
          requiredClaims: ["sub", "exp"],
        });
        if (typeof payload.sub !== "string" || payload.sub === "") throw rejected("the token names no user");
        return payload.sub;
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.url() });

async function discoverKeys(
  issuer: string,
  { cooldownMs = 30_000, keepKeysMs = 600_000 }: Pick<TokenVerifierOptions, "cooldownMs" | "keepKeysMs">,
): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
  let document: z.infer<typeof discoveryDocument>;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    document = discoveryDocument.parse(await response.json());
  } catch (cause) {
    throw new DomainError("auth_keys_unavailable", `the OpenID configuration at ${url} could not be read`, { cause });
  }
  if (document.issuer !== issuer) {
    throw new DomainError("auth_keys_unavailable", `the OpenID configuration at ${url} is of another issuer`, {
      hint: "An operator must set the secret AuthIssuer to exactly the issuer that its configuration names.",
    });
  }
  return createRemoteJWKSet(new URL(document.jwks_uri), {
    cooldownDuration: cooldownMs,
    cacheMaxAge: keepKeysMs,
    timeoutDuration: KEYS_TIMEOUT_MS,
  });
}

function translate(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return rejected("the token has expired", error);
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || isFetchFailure(error)) {
    return new DomainError("auth_keys_unavailable", "the issuer's keys could not be loaded", { cause: error });
  }
  // Why exactly a token is wrong helps only whoever forges one.
  if (error instanceof errors.JOSEError) return rejected("the token is not valid", error);
  return error;
}

/** `jose` gives a plain JOSEError for a bad status of the key set, and lets the error of `fetch` through. */
function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC");
}

function rejected(message: string, cause?: unknown): DomainError {
  return new DomainError("credentials_rejected", message, { cause });
}
