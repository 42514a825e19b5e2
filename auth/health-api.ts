import { api } from "encore.dev/api";
import { db } from "../database";
import { DomainError } from "../platform/errors";
import { processEnd } from "../platform/process-end";
import { lookAtParts, type PartReadiness, registerPart } from "../platform/readiness";

interface Health {
  status: "ok";
}

/** Whether the process serves requests. Needs no sign-in. */
export const healthz = api({ expose: true, method: "GET", path: "/healthz" }, async (): Promise<Health> => {
  return { status: "ok" };
});

interface Readiness {
  /** `degraded`: it serves all that does not need the parts that are unavailable. */
  status: "ok" | "degraded";
  parts: PartReadiness[];
}

const DATABASE = "database";

registerPart({
  name: DATABASE,
  keepMs: 1_000,
  look: async () => {
    await db.queryRow`SELECT 1 AS one`;
    return "ok";
  },
});

/**
 * Whether requests should be sent here, and what is degraded: names, and nothing else. Needs no sign-in. `unavailable` when
 * the database is away, without which nothing works, and while the process ends.
 */
export const readyz = api({ expose: true, method: "GET", path: "/readyz" }, async (): Promise<Readiness> => {
  if (processEnd.aborted) throw new DomainError("shutting_down", "this instance is shutting down");
  const parts = await lookAtParts();
  const away = parts.filter(({ status }) => status === "unavailable");
  if (away.some(({ name }) => name === DATABASE)) {
    throw new DomainError("database_unavailable", "the database does not answer");
  }
  return { status: away.length === 0 ? "ok" : "degraded", parts };
});
