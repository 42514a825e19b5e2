-- Owner: workspace. What workspace/state-machine.ts says, the database holds to: a test compares the two.

-- ---- what is wanted, apart from what is ----
ALTER TABLE workspaces
  ADD COLUMN wanted             TEXT NOT NULL DEFAULT 'running' CHECK (wanted IN ('running', 'stopped', 'deleted')),
  -- Counts what was asked for. A worker that ends with an older number has not seen the last of it.
  ADD COLUMN wanted_version     BIGINT NOT NULL DEFAULT 0,
  -- The sandbox is to be stopped once on its way to running.
  ADD COLUMN restart_due        BOOLEAN NOT NULL DEFAULT false,
  -- Counts the leases. A worker writes only while the number is the one that it took.
  ADD COLUMN lease_generation   BIGINT NOT NULL DEFAULT 0,
  -- Counts the sandboxes that were given up as failed; part of the sandbox's name from the second on.
  ADD COLUMN sandbox_generation INT NOT NULL DEFAULT 1 CHECK (sandbox_generation >= 1),
  -- How many of them since the user last asked for something.
  ADD COLUMN replacements       INT NOT NULL DEFAULT 0,
  ADD COLUMN status_since       TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- When Daytona was last asked about the sandbox.
  ADD COLUMN checked_at         TIMESTAMPTZ,
  -- The project's owner, whose workspaces are counted.
  ADD COLUMN owner_id           TEXT,
  -- What was detected in the project; `language` is what Daytona makes of it.
  ADD COLUMN project_language   TEXT,
  ADD COLUMN framework          TEXT,
  -- The name that no language is known by, when there was one.
  ADD COLUMN unknown_language   TEXT,
  -- How the project is installed, built, started and tested; see workspace/run-plan.ts.
  ADD COLUMN run_plan           JSONB;

-- Rows of before, brought to where the checks below want them.
UPDATE workspaces SET status = 'error', status_reason = 'it was running without a sandbox'
  WHERE status = 'running' AND mode = 'daytona' AND daytona_sandbox_id IS NULL;
UPDATE workspaces SET
  error_reason = CASE WHEN status = 'error' THEN COALESCE(error_reason, 'daytona_unavailable') END,
  owner_id = (SELECT owner_id FROM projects WHERE projects.id = project_id),
  wanted = CASE WHEN status IN ('deleting', 'deleted') THEN 'deleted' WHEN status = 'stopped' THEN 'stopped' ELSE 'running' END,
  next_attempt_at = CASE WHEN status IN ('pending', 'starting', 'deleting') THEN COALESCE(next_attempt_at, now()) END,
  deadline_at = CASE WHEN status IN ('pending', 'starting', 'deleting') THEN COALESCE(deadline_at, now() + interval '15 minutes') END;

ALTER TABLE workspaces
  ALTER COLUMN owner_id SET NOT NULL,
  ADD CONSTRAINT workspaces_deletion_is_wanted CHECK ((status IN ('deleting', 'deleted')) = (wanted = 'deleted')),
  ADD CONSTRAINT workspaces_running_has_sandbox
    CHECK (status <> 'running' OR mode = 'development' OR daytona_sandbox_id IS NOT NULL),
  ADD CONSTRAINT workspaces_error_has_reason CHECK ((status = 'error') = (error_reason IS NOT NULL)),
  ADD CONSTRAINT workspaces_passing_has_deadline
    CHECK ((status IN ('pending', 'starting', 'deleting')) = (deadline_at IS NOT NULL)),
  -- A state that is to pass has a next look; one that nobody leaves any more has none.
  ADD CONSTRAINT workspaces_passing_is_due CHECK (status NOT IN ('pending', 'starting', 'deleting') OR next_attempt_at IS NOT NULL),
  ADD CONSTRAINT workspaces_deleted_is_final CHECK (status <> 'deleted' OR next_attempt_at IS NULL);

CREATE INDEX workspaces_owner_living ON workspaces (owner_id) WHERE status <> 'deleted';
CREATE INDEX workspaces_sandbox ON workspaces (daytona_sandbox_id) WHERE daytona_sandbox_id IS NOT NULL;
CREATE INDEX workspaces_checked ON workspaces (checked_at NULLS FIRST)
  WHERE daytona_sandbox_id IS NOT NULL AND status IN ('running', 'stopped');

-- ---- legal moves ----
CREATE FUNCTION workspace_move_is_legal(old_status TEXT, new_status TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
  SELECT (old_status, new_status) IN (
    ('pending', 'starting'), ('pending', 'stopped'), ('pending', 'error'), ('pending', 'deleting'),
    ('starting', 'running'), ('starting', 'stopped'), ('starting', 'error'), ('starting', 'deleting'),
    ('running', 'starting'), ('running', 'stopped'), ('running', 'error'), ('running', 'deleting'),
    ('stopped', 'starting'), ('stopped', 'running'), ('stopped', 'error'), ('stopped', 'deleting'),
    ('error', 'starting'), ('error', 'stopped'), ('error', 'deleting'),
    ('deleting', 'deleted'));
$$;

CREATE FUNCTION workspace_check_move() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status NOT IN ('pending', 'running') THEN
      RAISE EXCEPTION 'a workspace does not begin as %', NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF NOT workspace_move_is_legal(OLD.status, NEW.status) THEN
      RAISE EXCEPTION 'a workspace does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    NEW.status_since := now();
  END IF;
  IF NEW.wanted_version < OLD.wanted_version OR NEW.lease_generation < OLD.lease_generation
    OR NEW.sandbox_generation < OLD.sandbox_generation THEN
    RAISE EXCEPTION 'the counters of a workspace never go back' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER workspaces_check_move BEFORE INSERT OR UPDATE ON workspaces
  FOR EACH ROW EXECUTE FUNCTION workspace_check_move();

-- ---- the log ----
ALTER TABLE workspace_events
  -- 'status' for a change of status, 'step' for what was done on the way, 'failure' for what went wrong.
  ADD COLUMN kind   TEXT NOT NULL DEFAULT 'status' CHECK (kind IN ('status', 'step', 'failure')),
  -- The fixed reason of a failure.
  ADD COLUMN reason TEXT,
  -- The provider's own words, redacted.
  ADD COLUMN detail TEXT;

-- No writer can forget to note a change of status.
CREATE FUNCTION workspace_note_move() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO workspace_events (workspace_id, kind, message, reason)
    VALUES (NEW.id, 'status', NEW.status || ': ' || COALESCE(NEW.status_reason, 'no reason was given'), NEW.error_reason);
  RETURN NULL;
END $$;

CREATE TRIGGER workspaces_note_creation AFTER INSERT ON workspaces
  FOR EACH ROW EXECUTE FUNCTION workspace_note_move();
CREATE TRIGGER workspaces_note_move AFTER UPDATE ON workspaces
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION workspace_note_move();

-- ---- which of Daytona's sandboxes are ours ----
-- Two installations may share an account and the environment's name (two developers, say): each cleans up its own only.
CREATE TABLE workspace_installation (
  only_one BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_one),
  id       UUID NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO workspace_installation DEFAULT VALUES;
