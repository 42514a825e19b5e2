-- Owner: vfs.

-- One row a project that has or had files. Whoever changes the project's tree bumps the revision first, which makes
-- changes of one tree follow one another.
CREATE TABLE vfs_trees (
  project_id UUID PRIMARY KEY REFERENCES projects (id),
  revision   BIGINT NOT NULL DEFAULT 1,
  -- The stage (an import) that was committed last; committing it again changes nothing.
  last_stage UUID
);

-- What files consist of. A row is there before its bytes, and stored says that all of them are in the store. Identical
-- contents of a project share a row. A row that nothing refers to is collected once it was not used for a while.
CREATE TABLE vfs_contents (
  id           UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id   UUID NOT NULL REFERENCES projects (id),
  -- SHA-256 in hexadecimal digits; NULL until stored.
  hash         TEXT,
  size         BIGINT,
  store        TEXT NOT NULL CHECK (store IN ('postgres', 'gridfs')),
  stored       BOOLEAN NOT NULL DEFAULT false,
  last_used_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX vfs_contents_project_hash ON vfs_contents (project_id, hash) WHERE stored;
CREATE INDEX vfs_contents_last_used ON vfs_contents (last_used_at);

-- The embedded store's bytes.
CREATE TABLE vfs_chunks (
  content_id UUID NOT NULL REFERENCES vfs_contents (id) ON DELETE CASCADE,
  n          INT NOT NULL,
  data       BYTEA NOT NULL,
  PRIMARY KEY (content_id, n)
);
-- Most contents are compressed badly or are short; the store's own compression costs more than it saves.
ALTER TABLE vfs_chunks ALTER COLUMN data SET STORAGE EXTERNAL;

-- Contents whose row is gone and whose bytes in another store are still to be removed.
CREATE TABLE vfs_doomed_contents (
  id    UUID PRIMARY KEY,
  store TEXT NOT NULL
);

-- The tree of each project. Directories exist by what is in them; a row is for an empty one that somebody made.
CREATE TABLE vfs_entries (
  project_id   UUID NOT NULL REFERENCES projects (id),
  path         TEXT COLLATE "C" NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('file', 'symlink', 'directory')),
  executable   BOOLEAN NOT NULL DEFAULT false,
  size         BIGINT NOT NULL DEFAULT 0,
  hash         TEXT,
  content_id   UUID REFERENCES vfs_contents (id),
  link_target  TEXT,
  -- Counts the writes of this path.
  version      INT NOT NULL DEFAULT 1,
  created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, path),
  CHECK ((kind = 'file') = (content_id IS NOT NULL AND hash IS NOT NULL)),
  CHECK ((kind = 'symlink') = (link_target IS NOT NULL))
);
CREATE INDEX vfs_entries_content ON vfs_entries (content_id);

-- A tree that is put together beside the visible one, and replaces it in one transaction.
CREATE TABLE vfs_stages (
  id         UUID PRIMARY KEY,
  project_id UUID NOT NULL REFERENCES projects (id),
  touched_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE vfs_staged_entries (
  stage_id    UUID NOT NULL REFERENCES vfs_stages (id) ON DELETE CASCADE,
  path        TEXT COLLATE "C" NOT NULL,
  kind        TEXT NOT NULL,
  executable  BOOLEAN NOT NULL,
  size        BIGINT NOT NULL,
  hash        TEXT,
  content_id  UUID REFERENCES vfs_contents (id),
  link_target TEXT,
  PRIMARY KEY (stage_id, path)
);
CREATE INDEX vfs_staged_entries_content ON vfs_staged_entries (content_id);
