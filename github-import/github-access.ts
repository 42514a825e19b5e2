import { secret } from "encore.dev/config";
import { decryptToken, encryptToken, parseCredentialKeys } from "./credentials";
import { GitHubClient } from "./github/github-client";
import { apiUrl, repositoryHosts } from "./github/hosts";
import { KnownAnswers } from "./github/known-answers";
import type { ClaimedImport } from "./import-lease";
import { limitsFrom } from "./limits";
import { parseRepositoryReference, type RepositoryReference } from "./repository-reference";

const gitHubToken = secret("GitHubToken");
const credentialKey = secret("CredentialKey");
const known = new KnownAnswers();

/** A client with the caller's own token, else with the operator's, else with none. */
export function openGitHub(ownToken: string | undefined): GitHubClient {
  const shared = gitHubToken().trim();
  return new GitHubClient({
    apiUrl: apiUrl(process.env),
    token: ownToken ?? (shared === "" ? undefined : shared),
    known,
    idleMs: limitsFrom(process.env).idleMilliseconds,
  });
}

/** A client with the token that the import brought along, if it did. */
export function openGitHubFor({ id, token }: ClaimedImport): GitHubClient {
  const keys = () => parseCredentialKeys(credentialKey());
  return openGitHub(token === null ? undefined : decryptToken(Buffer.from(token), { keys: keys(), rowId: id }));
}

/** Throws `credentials_not_configured`. */
export function sealToken(token: string | undefined, importId: string): Buffer | null {
  return token === undefined
    ? null
    : encryptToken(token, { keys: parseCredentialKeys(credentialKey()), rowId: importId });
}

/** Throws `invalid_repository`. */
export function readRepository(text: string): RepositoryReference {
  return parseRepositoryReference(text, repositoryHosts(apiUrl(process.env)));
}
