-- Owner: vfs.

-- A content is collected in two steps, so that whoever reads or writes it has time to end: found to be referred to by
-- nothing, and some time later still so. NULL while it is in use, as far as is known.
ALTER TABLE vfs_contents DROP COLUMN last_used_at, ADD COLUMN unused_since TIMESTAMPTZ;
CREATE INDEX vfs_contents_unused ON vfs_contents (unused_since) WHERE unused_since IS NOT NULL;
CREATE INDEX vfs_contents_project ON vfs_contents (project_id, id);

-- Bytes in a store that no row of vfs_contents speaks of (any more, or yet), and when they go unless that changes: those of
-- a content whose row is gone, those left behind by a move to another store, and those that a move is just writing.
DROP TABLE vfs_doomed_contents;
CREATE TABLE vfs_doomed_contents (
  id           UUID NOT NULL,
  store        TEXT NOT NULL CHECK (store IN ('postgres', 'gridfs')),
  remove_after TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (id, store)
);
CREATE INDEX vfs_doomed_contents_due ON vfs_doomed_contents (remove_after);
