/**
 * The closed catalogue of what can go wrong. A module throws `new DomainError(reason, message)`; the middleware in
 * error-middleware.ts turns it into Encore's `APIError` at the edge of a service, and nothing else does.
 * docs/errors.md lists the reasons; a test holds it to this file.
 */

/** Encore's error codes that this product uses, see https://encore.dev/docs/ts/primitives/errors. */
export type Code =
  | "invalid_argument"
  | "not_found"
  | "already_exists"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "permission_denied"
  | "unauthenticated"
  | "resource_exhausted"
  | "unavailable"
  | "deadline_exceeded"
  | "internal";

interface ReasonEntry {
  code: Code;
  /** What the caller should do; a throw may give a better one. */
  hint: string;
  /** Whether the same request may succeed later without any change. */
  retryable: boolean;
}

export const REASONS = {
  // ---- any service ----
  invalid_request: { code: "invalid_argument", hint: "Correct the fields that the message names.", retryable: false },
  invalid_cursor: {
    code: "invalid_argument",
    hint: "Pass the nextCursor of the previous page unchanged, or none.",
    retryable: false,
  },
  database_unavailable: {
    code: "unavailable",
    hint: "Try again in a moment; an operator should look at PostgreSQL.",
    retryable: true,
  },
  shutting_down: {
    code: "unavailable",
    hint: "Send the request again: another instance takes it.",
    retryable: true,
  },
  storage_full: {
    code: "unavailable",
    hint: "An operator must make room where the database or the file contents are. What was there is untouched.",
    retryable: true,
  },
  too_many_requests: {
    code: "resource_exhausted",
    hint: "Wait for the seconds that retryAfterSeconds names.",
    retryable: true,
  },
  too_many_streams: {
    code: "resource_exhausted",
    hint: "Close streams that are not needed any more. Those of a client that broke off are counted for a little while.",
    retryable: true,
  },
  too_many_messages: {
    code: "resource_exhausted",
    hint: "Wait for the seconds that retryAfterSeconds names, open the stream again, and send less.",
    retryable: true,
  },
  idempotency_key_reused: {
    code: "invalid_argument",
    hint: "Use a new Idempotency-Key for another request.",
    retryable: false,
  },
  idempotency_key_in_use: {
    code: "aborted",
    hint: "Wait for the seconds that retryAfterSeconds names, and send the same request again.",
    retryable: true,
  },
  // ---- auth ----
  credentials_rejected: {
    code: "unauthenticated",
    hint: "Sign in again and send a fresh token as 'Authorization: Bearer <token>'.",
    retryable: false,
  },
  auth_not_configured: {
    code: "unauthenticated",
    hint: "An operator must set the secrets AuthIssuer and AuthAudience.",
    retryable: false,
  },
  auth_keys_unavailable: {
    code: "unavailable",
    hint: "The issuer's keys could not be loaded; try again.",
    retryable: true,
  },
  // ---- projects ----
  project_not_found: {
    code: "not_found",
    hint: "Check the project's id with GET /projects.",
    retryable: false,
  },
  project_name_taken: {
    code: "already_exists",
    hint: "Choose another name, or delete the project that has it.",
    retryable: false,
  },
  // ---- vfs ----
  invalid_path: {
    code: "invalid_argument",
    hint: "Use a relative path such as 'src/index.ts', without '.', '..' or empty segments.",
    retryable: false,
  },
  invalid_link: {
    code: "invalid_argument",
    hint: "Point the symlink to something inside the project, relative to the link's own folder.",
    retryable: false,
  },
  file_not_found: {
    code: "not_found",
    hint: "List the folder with GET /vfs/directories/:projectId.",
    retryable: false,
  },
  path_taken: {
    code: "already_exists",
    hint: "Choose another path, or send overwrite: true to replace what is there.",
    retryable: false,
  },
  invalid_move: {
    code: "invalid_argument",
    hint: "Move to a path that neither lies in what is moved nor holds it.",
    retryable: false,
  },
  not_a_file: {
    code: "failed_precondition",
    hint: "GET /vfs/metadata/:projectId/*path tells what is there; symlinks are not followed.",
    retryable: false,
  },
  invalid_pattern: {
    code: "invalid_argument",
    hint: "Correct the glob or the regular expression (RE2's syntax: no look-around, no back-references).",
    retryable: false,
  },
  version_not_found: {
    code: "not_found",
    hint: "List the versions with GET /vfs/versions/:projectId/*path.",
    retryable: false,
  },
  path_conflict: {
    code: "failed_precondition",
    hint: "A path is either a file or a folder; move or delete the one that is in the way.",
    retryable: false,
  },
  file_too_large: { code: "resource_exhausted", hint: "Keep large files outside the project.", retryable: false },
  storage_quota_exceeded: {
    code: "resource_exhausted",
    hint: "Delete files that the project does not need; GET /vfs/storage/:projectId tells where they are.",
    retryable: false,
  },
  version_conflict: {
    code: "aborted",
    hint: "Somebody changed the file meanwhile: read it again, merge, and write with its new ETag.",
    retryable: false,
  },
  range_not_satisfiable: { code: "out_of_range", hint: "Ask for bytes that the file has.", retryable: false },
  content_store_unavailable: {
    code: "unavailable",
    hint: "The store of file contents does not answer; an operator should look at MongoDB and the secret MongoDBURI.",
    retryable: true,
  },
  move_running: {
    code: "failed_precondition",
    hint: "Wait for the other npm run vfs:move to end, or stop it.",
    retryable: true,
  },
  content_missing: {
    code: "internal",
    hint: "An operator should run npm run vfs:check -- --repair; then write the file again.",
    retryable: false,
  },
  content_corrupted: {
    code: "internal",
    hint: "An operator should run npm run vfs:check -- --repair; then write the file again.",
    retryable: false,
  },
  // ---- github-import ----
  import_not_found: { code: "not_found", hint: "List your imports with GET /github/imports.", retryable: false },
  invalid_repository: {
    code: "invalid_argument",
    hint: "Write owner/name, https://github.com/owner/name, or the latter with /tree/<branch, tag or commit>.",
    retryable: false,
  },
  import_running: {
    code: "failed_precondition",
    hint: "Wait for the project's present import to end, or cancel it.",
    retryable: true,
  },
  import_limit_reached: {
    code: "resource_exhausted",
    hint: "Wait until one of your imports has ended, or cancel one; GET /github/imports lists them.",
    retryable: true,
  },
  import_not_finished: {
    code: "failed_precondition",
    hint: "Only a failed or cancelled import is retried.",
    retryable: false,
  },
  import_finished: { code: "failed_precondition", hint: "The import has ended already.", retryable: false },
  import_interrupted: { code: "aborted", hint: "Try the import again.", retryable: true },
  credentials_not_configured: {
    code: "failed_precondition",
    hint: "An operator must set the secret CredentialKey (openssl rand -base64 32) before imports may carry a token.",
    retryable: false,
  },
  repository_not_found: {
    code: "not_found",
    hint: "Check the spelling; for a private repository, send a token that may read it.",
    retryable: false,
  },
  ref_not_found: { code: "not_found", hint: "Check the name of the branch, tag or commit.", retryable: false },
  folder_not_found: {
    code: "not_found",
    hint: "Check the folder's path, and that it is there in this branch, tag or commit.",
    retryable: false,
  },
  empty_repository: { code: "failed_precondition", hint: "Push something to the repository first.", retryable: false },
  github_token_rejected: { code: "permission_denied", hint: "Send a token that is valid.", retryable: false },
  github_sso_required: {
    code: "permission_denied",
    hint: "Authorise the token for the organisation's single sign-on.",
    retryable: false,
  },
  github_forbidden: { code: "permission_denied", hint: "The message has GitHub's own words.", retryable: false },
  github_rate_limited: {
    code: "resource_exhausted",
    hint: "Wait until the time that the answer names, or send a token, which has a limit of its own.",
    retryable: true,
  },
  github_unavailable: {
    code: "unavailable",
    hint: "GitHub does not answer as it should; it is tried again.",
    retryable: true,
  },
  github_bad_answer: {
    code: "unavailable",
    hint: "What came was not GitHub's; a proxy may be in between. It is tried again.",
    retryable: true,
  },
  repository_blocked: {
    code: "permission_denied",
    hint: "GitHub shows at the repository's address why it is blocked.",
    retryable: false,
  },
  archive_refused: {
    code: "failed_precondition",
    hint: "The archive holds something that no honest one does; nothing of it was imported.",
    retryable: false,
  },
  repository_too_large: { code: "resource_exhausted", hint: "Import a smaller repository.", retryable: false },
  // ---- workspace ----
  workspace_not_found: {
    code: "not_found",
    hint: "Ask for the project's workspace with GET /workspace/project/:projectId.",
    retryable: false,
  },
  workspace_not_running: {
    code: "failed_precondition",
    hint: "Start the workspace with POST /workspace/:workspaceId/start and wait until it is running.",
    retryable: true,
  },
  workspace_deleting: {
    code: "failed_precondition",
    hint: "Wait until the workspace is deleted, then create another one.",
    retryable: false,
  },
  workspace_limit_reached: {
    code: "resource_exhausted",
    hint: "Delete workspaces that are not needed any more.",
    retryable: false,
  },
  workspace_interrupted: {
    code: "internal",
    hint: "Start the workspace again; GET /workspace/:workspaceId/logs has what happened.",
    retryable: true,
  },
  development_mode: {
    code: "failed_precondition",
    hint: "Set DaytonaAPIKey in .secrets.local.cue and restart; see docs/daytona-configuration.md.",
    retryable: false,
  },
  command_timeout: {
    code: "deadline_exceeded",
    hint: "Give the command more time with timeoutSeconds, or run it in the background.",
    retryable: false,
  },
  process_not_found: {
    code: "not_found",
    hint: "List what runs with GET /workspace/:workspaceId/processes.",
    retryable: false,
  },
  run_not_possible: {
    code: "failed_precondition",
    hint: "Say how the project is started: send 'start' with the request, such as npm start.",
    retryable: false,
  },
  sync_too_large: {
    code: "resource_exhausted",
    hint: "Delete what is generated in the sandbox, or move it into a folder such as build/, whose contents stay there.",
    retryable: false,
  },
  sync_in_progress: {
    code: "aborted",
    hint: "Wait until the other synchronisation has ended.",
    retryable: true,
  },
  sandbox_files_unreadable: {
    code: "failed_precondition",
    hint: "See that the folder 'project' is in the sandbox; restarting does not bring it back, a new workspace does.",
    retryable: false,
  },
  daytona_not_configured: {
    code: "failed_precondition",
    hint: "Set DaytonaAPIKey, see that the log of the start has '✓ Daytona SDK initialized', and start the workspace again.",
    retryable: false,
  },
  daytona_unauthorized: {
    code: "failed_precondition",
    hint: "Make a new key in Daytona's dashboard, set the secret DaytonaAPIKey, and restart.",
    retryable: false,
  },
  daytona_forbidden: {
    code: "failed_precondition",
    hint: "Look at the organisation and the key's permissions in Daytona's dashboard.",
    retryable: false,
  },
  daytona_wrong_url: {
    code: "failed_precondition",
    hint: "Set the secret DaytonaAPIURL to exactly https://app.daytona.io/api, and restart.",
    retryable: false,
  },
  daytona_quota_exceeded: {
    code: "resource_exhausted",
    hint: "Delete or stop sandboxes, or raise the organisation's limits, then start the workspace again.",
    retryable: false,
  },
  daytona_rate_limited: {
    code: "unavailable",
    hint: "Starting and stopping are tried again by themselves; else ask again in a moment.",
    retryable: true,
  },
  daytona_unavailable: {
    code: "unavailable",
    hint: "Starting and stopping are tried again by themselves; else ask again in a moment.",
    retryable: true,
  },
  daytona_timeout: {
    code: "deadline_exceeded",
    hint: "Look at the sandbox in Daytona's dashboard, then start the workspace again.",
    retryable: false,
  },
  daytona_rejected: { code: "failed_precondition", hint: "The message has Daytona's own words.", retryable: false },
  daytona_name_taken: {
    code: "failed_precondition",
    hint: "A sandbox that is not ours has the workspace's name; remove it in Daytona's dashboard.",
    retryable: false,
  },
  daytona_sandbox_missing: {
    code: "failed_precondition",
    hint: "Start the workspace: it gets a new sandbox with the project's files.",
    retryable: false,
  },
  daytona_sandbox_failed: {
    code: "failed_precondition",
    hint: "Start the workspace again, or delete it; GET /workspace/:workspaceId/logs has what happened.",
    retryable: false,
  },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof REASONS;
