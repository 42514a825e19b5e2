import { appMeta } from "encore.dev";
import { Gateway, type Header } from "encore.dev/api";
import { authHandler } from "encore.dev/auth";
import { secret } from "encore.dev/config";
import { toAPIError } from "../platform/error-middleware";
import { DomainError } from "../platform/errors";
import { registerPart } from "../platform/readiness";
import { signIn } from "./sign-in";
import { lookAtSignIn } from "./sign-in-readiness";
import { createTokenVerifier, type TokenVerifier } from "./token-verifier";

const authIssuer = secret("AuthIssuer");
const authAudience = secret("AuthAudience");

interface AuthParams {
  authorization?: Header<"Authorization">;
}

export interface AuthData {
  userID: string;
}

/** Made once per issuer: it holds the cache of the issuer's keys. */
let configured: { issuer: string; audience: string; verifier: TokenVerifier } | undefined;

function currentVerifier(): TokenVerifier | undefined {
  const issuer = authIssuer();
  if (issuer === "") return undefined;
  const audience = authAudience();
  if (audience === "") {
    throw new DomainError("auth_not_configured", "the secret AuthIssuer is set, but AuthAudience is not");
  }
  if (configured?.issuer !== issuer || configured.audience !== audience) {
    configured = { issuer, audience, verifier: createTokenVerifier({ issuer, audience }) };
  }
  return configured.verifier;
}

export const auth = authHandler<AuthParams, AuthData>(async ({ authorization }) => {
  if (authorization === undefined) return null;
  try {
    const local = appMeta().environment.cloud === "local";
    return { userID: await signIn(authorization, { local, verifier: currentVerifier() }) };
  } catch (error) {
    // The services' middleware does not run around an auth handler.
    throw toAPIError(error);
  }
});

registerPart({
  name: "sign-in",
  keepMs: 30_000,
  look: () => {
    const local = appMeta().environment.cloud === "local";
    return lookAtSignIn({ issuer: authIssuer(), audience: authAudience(), local });
  },
});

export const gateway = new Gateway({ authHandler: auth });
