import { DomainError } from "../platform/errors";
import type { PartStatus } from "../platform/readiness";
import { createTokenVerifier, type TokenVerifierOptions } from "./token-verifier";

/** Of the form of a token, by a key that no issuer has: whoever has the keys rejects it, and whoever has not cannot tell. */
const NOBODYS_TOKEN = [{ alg: "RS256", kid: "vaporform-readiness" }, {}, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .join(".");

/**
 * Whether those can sign in who have a token: loads the issuer's configuration and keys anew, in the way that a first token
 * has them loaded. Keys that a process has already go on being good while the issuer is away.
 */
export async function lookAtSignIn(options: TokenVerifierOptions & { local: boolean }): Promise<PartStatus> {
  const { issuer, audience, local } = options;
  if (issuer === "") return local ? "development" : "unavailable";
  if (audience === "") return "unavailable";
  try {
    await createTokenVerifier({ issuer, audience }).verify(NOBODYS_TOKEN);
  } catch (error) {
    if (error instanceof DomainError && error.reason === "credentials_rejected") return "ok";
  }
  return "unavailable";
}
