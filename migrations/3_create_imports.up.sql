-- Owner: github-import.

CREATE TABLE imports (
  id               UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id       UUID NOT NULL REFERENCES projects (id),
  -- 'owner/name'
  repository       TEXT NOT NULL,
  -- Branch, tag or commit; NULL for the default branch.
  ref              TEXT,
  status           TEXT NOT NULL DEFAULT 'queued' CHECK (status IN
    ('queued', 'downloading', 'storing', 'detecting', 'provisioning', 'succeeded', 'failed', 'cancelled')),
  -- The commit that the archive says it is of.
  commit_id        TEXT,
  files            INT NOT NULL DEFAULT 0,
  bytes            BIGINT NOT NULL DEFAULT 0,
  -- What was left out or needs attention: [{"path", "reason"}].
  skipped          JSONB NOT NULL DEFAULT '[]',
  -- What was found out about the code; NULL until then.
  detection        JSONB,
  failure_reason   TEXT,
  failure_message  TEXT,
  failure_hint     TEXT,
  -- A repository token, encrypted (AES-256-GCM, bound to this row); NULL once the import has ended.
  token            BYTEA,
  cancel_requested BOOLEAN NOT NULL DEFAULT false,
  attempts         INT NOT NULL DEFAULT 0,
  -- Who works on the row has it until then; the database's clock counts.
  lease_until      TIMESTAMPTZ,
  created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
  finished_at      TIMESTAMPTZ
);
-- A project has one import at a time.
CREATE UNIQUE INDEX imports_project_running ON imports (project_id) WHERE finished_at IS NULL;
CREATE INDEX imports_project_created ON imports (project_id, created_at DESC, id DESC);
