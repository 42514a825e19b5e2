import { db } from "../../database";
import { type Finding, type SectionName, sectionLink } from "./finding";

/** So many ids are named for each symptom. */
const SHOWN = 20;

export interface SymptomScope {
  /** Whose workspaces are looked at; everybody's when null, for an operator. */
  ownerId: string | null;
  keySet: boolean;
  sdkReady: boolean;
}

interface Group {
  count: number;
  ids: string[];
  sample: string | null;
}

/** Looks in the database for every symptom of docs/daytona-configuration.md. */
export async function findSymptoms(scope: SymptomScope): Promise<Finding[]> {
  return [
    checkSdk(scope),
    ...(await runningWithoutSandbox(scope)),
    ...(await withoutKey(scope)),
    ...(await lasting(scope)),
    ...(await inError(scope)),
    ...(await unknownLanguages(scope)),
    await quota(scope),
  ];
}

function checkSdk({ keySet, sdkReady }: SymptomScope): Finding {
  const check = "sdk";
  if (sdkReady) return { check, level: "ok", message: "the Daytona SDK is initialized" };
  if (!keySet) {
    return {
      check,
      level: "advice",
      message: "there is no Daytona SDK: the status of a sandbox cannot be synchronised",
      cause: "In development mode it is not even loaded.",
      remedy: "Set DaytonaAPIKey and restart.",
      section: sectionLink("cannotSync"),
    };
  }
  return {
    check,
    level: "problem",
    message: "DaytonaAPIKey is set, but the Daytona SDK could not be initialized",
    cause: "The log of the start says why; mostly DaytonaAPIURL is no address.",
    remedy: "Correct the secrets and restart.",
    section: sectionLink("sdkLineMissing"),
  };
}

/** The living workspaces for which `condition` holds; one group for each value of `by`. */
async function groups(
  { ownerId }: SymptomScope,
  { condition, by = "''", sample = "NULL" }: { condition: string; by?: string; sample?: string },
): Promise<(Group & { key: string })[]> {
  return await db.rawQueryAll<Group & { key: string }>(
    `SELECT ${by} AS key, count(*)::int AS count, (array_agg(id::text ORDER BY updated_at DESC))[1:$2::int] AS ids,
       (array_agg((${sample})::text ORDER BY updated_at DESC))[1] AS sample
     FROM workspaces WHERE status <> 'deleted' AND ($1::text IS NULL OR owner_id = $1) AND (${condition})
     GROUP BY 1 ORDER BY 2 DESC`,
    ownerId,
    SHOWN,
  );
}

async function runningWithoutSandbox(scope: SymptomScope): Promise<Finding[]> {
  const found = await groups(scope, { condition: "status = 'running' AND daytona_sandbox_id IS NULL" });
  return found.map(({ count, ids }) => ({
    check: "running_without_sandbox",
    level: "advice" as const,
    message: `${workspaces(count)} running without a sandbox`,
    cause: "They were made in development mode, while DaytonaAPIKey was not set.",
    remedy: scope.keySet
      ? "Start them with POST /workspace/:workspaceId/start: they get a sandbox with the project's files."
      : "Set DaytonaAPIKey, restart, and start them with POST /workspace/:workspaceId/start.",
    section: sectionLink("runningWithoutSandbox"),
    workspaces: ids,
  }));
}

/** Sandboxes of the time when there was a key. */
async function withoutKey(scope: SymptomScope): Promise<Finding[]> {
  if (scope.keySet) return [];
  const found = await groups(scope, {
    condition: "daytona_sandbox_id IS NOT NULL OR (mode = 'daytona' AND status = 'deleting')",
  });
  return found.map(({ count, ids }) => ({
    check: "sandbox_without_key",
    level: "problem" as const,
    message: `${workspaces(count)} in Daytona, where nothing can be reached without a key`,
    cause: "DaytonaAPIKey was set before, and is not any more.",
    remedy: "Set DaytonaAPIKey and restart. What waits to be deleted is deleted then.",
    section: sectionLink("sdkLineMissing"),
    workspaces: ids,
  }));
}

/** A state that should have passed: beyond its deadline, or without success for some minutes. */
async function lasting(scope: SymptomScope): Promise<Finding[]> {
  const found = await groups(scope, {
    condition: `status IN ('pending', 'starting', 'deleting')
      AND (deadline_at < now() OR status_since < now() - interval '5 minutes' OR attempts >= 3)`,
    by: "status",
    sample: "status_reason",
  });
  return found.map(({ key, count, ids, sample }) => ({
    check: `stuck_in_${key}`,
    level: "problem" as const,
    message: `${workspaces(count)} ${key} for long`,
    cause: `The last cause: ${sample ?? "none is known"}.`,
    remedy: `GET /workspace/<id>/logs tells all that happened. ${key === "deleting" ? "It is tried again until Daytona takes it." : "It can be deleted at any time."}`,
    section: sectionLink("staysInStarting"),
    workspaces: ids,
  }));
}

const ERROR_SECTIONS: Readonly<Record<string, SectionName>> = {
  daytona_unauthorized: "unauthorized",
  daytona_wrong_url: "wrongUrl",
  daytona_quota_exceeded: "quota",
  daytona_sandbox_failed: "sandboxFailed",
  daytona_timeout: "sandboxFailed",
  daytona_sandbox_missing: "sandboxMissing",
};

async function inError(scope: SymptomScope): Promise<Finding[]> {
  const found = await groups(scope, { condition: "status = 'error'", by: "error_reason", sample: "status_reason" });
  return found.map(({ key, count, ids, sample }) => ({
    check: `error_${key}`,
    level: "problem" as const,
    message: `${workspaces(count)} in error, reason ${key}`,
    cause: `The latest: ${sample ?? "none is known"}`,
    remedy: "Remove the cause, then start them with POST /workspace/:workspaceId/start, or delete them.",
    section: sectionLink(ERROR_SECTIONS[key] ?? "otherError"),
    workspaces: ids,
  }));
}

async function unknownLanguages(scope: SymptomScope): Promise<Finding[]> {
  const found = await groups(scope, { condition: "unknown_language IS NOT NULL", by: "unknown_language" });
  return found.map(({ key, count, ids }) => ({
    check: "unknown_language",
    level: "advice" as const,
    message: `${workspaces(count)} with the unknown language '${key.slice(0, 50)}'`,
    cause: "No language is known by that name, so the sandbox was made for typescript.",
    remedy: "Create the workspace anew with a language of the table on the page.",
    section: sectionLink("unknownLanguage"),
    workspaces: ids,
  }));
}

/** A key cannot ask for its organisation's quota: what Daytona refused lately is all that can be known. */
async function quota({ ownerId }: SymptomScope): Promise<Finding> {
  const row = await db.rawQueryRow<{ quota: number; limited: number }>(
    `SELECT count(*) FILTER (WHERE reason = 'daytona_quota_exceeded')::int AS quota,
       count(*) FILTER (WHERE reason = 'daytona_rate_limited')::int AS limited
     FROM workspace_events JOIN workspaces ON workspaces.id = workspace_id
     WHERE at > now() - interval '1 hour' AND ($1::text IS NULL OR owner_id = $1)`,
    ownerId,
  );
  const { quota: refused, limited } = row ?? { quota: 0, limited: 0 };
  if (refused + limited === 0) {
    return {
      check: "quota",
      level: "ok",
      message: "Daytona refused nothing for a quota or a rate limit within the last hour",
    };
  }
  return {
    check: "quota",
    level: "problem",
    message: `within the last hour Daytona refused ${refused} times for the quota and ${limited} times for the rate limit`,
    cause: "The organisation's limit of CPU, memory, disk, sandboxes or requests is reached.",
    remedy: "Delete or stop sandboxes, or raise the limits at https://app.daytona.io, then start the workspaces again.",
    section: sectionLink("quota"),
  };
}

function workspaces(count: number): string {
  return count === 1 ? "1 workspace is" : `${count} workspaces are`;
}
