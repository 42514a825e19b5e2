import { secret } from "encore.dev/config";
import { registerPart } from "../platform/readiness";
import { rememberCredential } from "../platform/redaction";
import { type CredentialKeys, decryptToken, encryptToken, parseCredentialKeys } from "./credentials";
import { GitHubClient } from "./github/github-client";
import { apiUrl, repositoryHosts } from "./github/hosts";
import { KnownAnswers } from "./github/known-answers";
import { isRateLimited, noteRateLimit } from "./github/rate-limit";
import type { ClaimedImport } from "./import-lease";
import { limitsFrom } from "./limits";
import { parseRepositoryReference, type RepositoryReference } from "./repository-reference";

const gitHubToken = secret("GitHubToken");
const credentialKey = secret("CredentialKey");
const known = new KnownAnswers();

/** GitHub is not asked: what it answered last says it. */
registerPart({ name: "github", keepMs: 0, look: async () => (isRateLimited() ? "unavailable" : "ok") });

/** A client with the caller's own token, else with the operator's, else with none. */
export function openGitHub(ownToken: string | undefined): GitHubClient {
  const shared = gitHubToken().trim();
  const token = ownToken ?? (shared === "" ? undefined : shared);
  if (token !== undefined) rememberCredential(token);
  return new GitHubClient({
    apiUrl: apiUrl(process.env),
    token,
    known,
    idleMs: limitsFrom(process.env).idleMilliseconds,
    // That of a caller's own token holds up nobody else.
    onRateLimit: ownToken === undefined ? noteRateLimit : undefined,
  });
}

/** A client with the token that the import brought along, if it did. */
export function openGitHubFor({ id, token }: ClaimedImport): GitHubClient {
  return openGitHub(token === null ? undefined : decryptToken(Buffer.from(token), { keys: sealingKeys(), rowId: id }));
}

/** Throws `credentials_not_configured`. */
export function sealToken(token: string | undefined, importId: string): Buffer | null {
  return token === undefined ? null : encryptToken(token, { keys: sealingKeys(), rowId: importId });
}

function sealingKeys(): CredentialKeys {
  const configured = credentialKey();
  for (const key of configured.split(",")) rememberCredential(key.trim());
  return parseCredentialKeys(configured);
}

/** Throws `invalid_repository`. */
export function readRepository(text: string): RepositoryReference {
  return parseRepositoryReference(text, repositoryHosts(apiUrl(process.env)));
}
