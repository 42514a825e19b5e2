-- Owner: vfs.

-- The stage that was committed last stays: it is what the project's files were before anybody changed them, to which the
-- next import compares.
ALTER TABLE vfs_stages ADD COLUMN committed BOOLEAN NOT NULL DEFAULT false;

-- Owner: github-import.

ALTER TABLE imports
  -- The folder of the repository that is imported; '' for all of it.
  ADD COLUMN folder          TEXT NOT NULL DEFAULT '',
  -- Whether files that were changed in the project since the last import are replaced.
  ADD COLUMN overwrite       BOOLEAN NOT NULL DEFAULT false,
  -- What GitHub answered for the ref with, so that the next import of it may ask whether anything has changed.
  ADD COLUMN commit_etag     TEXT,
  -- All that was skipped; the column skipped names the first ones.
  ADD COLUMN skipped_count   INT NOT NULL DEFAULT 0,
  -- What became of the project's tree: {"unchanged", "added", "changed", "removed", "conflicts", "conflictCount"}.
  ADD COLUMN outcome         JSONB,
  -- A ref with a folder behind it, as an address has them, until GitHub has told them apart; else NULL.
  ADD COLUMN tree_path       TEXT,
  -- Counts import_events.
  ADD COLUMN events          INT NOT NULL DEFAULT 0,
  -- When a failed attempt is made again; NULL for at once.
  ADD COLUMN next_attempt_at TIMESTAMPTZ,
  -- When the token was stored.
  ADD COLUMN token_since     TIMESTAMPTZ NOT NULL DEFAULT now();

-- Everything that happened to an import, in the order of n: what its progress stream tells.
CREATE TABLE import_events (
  import_id   UUID NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  n           INT NOT NULL,
  at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  status      TEXT NOT NULL,
  files       INT NOT NULL,
  bytes       BIGINT NOT NULL,
  message     TEXT NOT NULL,
  -- Until when the import waits; NULL when it does not.
  waits_until TIMESTAMPTZ,
  PRIMARY KEY (import_id, n)
);
