import { DomainError } from "../platform/errors";
import type { TokenVerifier } from "./token-verifier";

const DEVELOPMENT_TOKEN = /^dev:([A-Za-z0-9][A-Za-z0-9_.@-]{0,63})$/;

export interface SignInOptions {
  /** True where the app runs on a developer's machine; `dev:<name>` is dead anywhere else. */
  local: boolean;
  /** Absent while no issuer is configured. */
  verifier: TokenVerifier | undefined;
}

/**
 * Who the value of an `Authorization` header signs in. Throws `credentials_rejected`, `auth_not_configured` or
 * `auth_keys_unavailable`.
 */
export async function signIn(authorization: string, { local, verifier }: SignInOptions): Promise<string> {
  const token = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  if (token === undefined) {
    throw new DomainError("credentials_rejected", "the Authorization header is not of the form 'Bearer <token>'");
  }
  if (verifier !== undefined) return await verifier.verify(token);
  if (!local) throw new DomainError("auth_not_configured", "no issuer of tokens is configured, so nobody can sign in");
  const name = DEVELOPMENT_TOKEN.exec(token)?.[1];
  if (name === undefined) {
    throw new DomainError("credentials_rejected", "the token is not of the form 'dev:<name>'", {
      hint: "Locally, send 'Authorization: Bearer dev:<name>'; or set the secrets AuthIssuer and AuthAudience.",
    });
  }
  return name;
}
