-- Owner: workspace.

CREATE TABLE workspaces (
  id                 UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id         UUID NOT NULL REFERENCES projects (id),
  -- Daytona's: typescript, python or javascript.
  language           TEXT NOT NULL CHECK (language IN ('typescript', 'python', 'javascript')),
  -- 'development' while it was made without a Daytona key.
  mode               TEXT NOT NULL CHECK (mode IN ('development', 'daytona')),
  status             TEXT NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'starting', 'running', 'stopped', 'error', 'deleting', 'deleted')),
  -- Why the last change of status happened, for people; and the fixed reason of an error.
  status_reason      TEXT,
  error_reason       TEXT,
  daytona_sandbox_id TEXT,
  -- The project's files are in the sandbox.
  files_sent         BOOLEAN NOT NULL DEFAULT false,
  -- When the present state has lasted too long; NULL for one that may last.
  deadline_at        TIMESTAMPTZ,
  -- Who works on the row has it until then; the database's clock counts.
  lease_until        TIMESTAMPTZ,
  attempts           INT NOT NULL DEFAULT 0,
  -- When there is something to do; NULL for nothing.
  next_attempt_at    TIMESTAMPTZ DEFAULT now(),
  created_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at         TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX workspaces_project_living ON workspaces (project_id) WHERE status <> 'deleted';
CREATE INDEX workspaces_due ON workspaces (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- Everything that happened to a workspace, oldest first by id. Texts are redacted before they get here.
CREATE TABLE workspace_events (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  at           TIMESTAMPTZ NOT NULL DEFAULT now(),
  message      TEXT NOT NULL
);
CREATE INDEX workspace_events_workspace ON workspace_events (workspace_id, id);
