import { CounterGroup } from "encore.dev/metrics";
import { tallyWith } from "../platform/tally";

interface Refusal {
  /** A word of docs/errors.md. */
  reason: string;
}

/** Requests, of callers and between services, that were answered with a reason. */
const refusedRequests = new CounterGroup<Refusal>("refused_requests");

interface AuditFailure {
  /** `begin`: the act was refused for it; `end`: only how it ended is not known. */
  step: "begin" | "end";
}

/** Audit entries that could not be written. */
const auditFailures = new CounterGroup<AuditFailure>("audit_failures");

tallyWith({
  refused: (reason) => refusedRequests.with({ reason }).increment(),
  auditFailed: (step) => auditFailures.with({ step }).increment(),
});
