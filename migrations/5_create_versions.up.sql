-- Owner: vfs.

-- What a tree's transactions write is numbered and counted here, by triggers, so that no writer can forget it.
ALTER TABLE vfs_trees
  -- Rows of vfs_entries, whatever their kind.
  ADD COLUMN entries         BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN files           BIGINT NOT NULL DEFAULT 0,
  -- Of the files; what several files share counts for each of them.
  ADD COLUMN bytes           BIGINT NOT NULL DEFAULT 0,
  -- Of the former versions, counted alike.
  ADD COLUMN version_bytes   BIGINT NOT NULL DEFAULT 0,
  -- The first revision that former versions can still give back completely.
  ADD COLUMN oldest_revision BIGINT NOT NULL DEFAULT 0;

-- The tree's revision that the row was written in.
ALTER TABLE vfs_entries ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- What a file or a symlink was before it was written again, moved away or deleted. It was in the tree from revision
-- written_in up to replaced_in, which is not included.
CREATE TABLE vfs_versions (
  project_id  UUID NOT NULL REFERENCES projects (id),
  path        TEXT COLLATE "C" NOT NULL,
  version     INT NOT NULL,
  kind        TEXT NOT NULL,
  executable  BOOLEAN NOT NULL,
  size        BIGINT NOT NULL,
  hash        TEXT,
  content_id  UUID REFERENCES vfs_contents (id),
  link_target TEXT,
  written_in  BIGINT NOT NULL,
  replaced_in BIGINT NOT NULL,
  written_at  TIMESTAMPTZ NOT NULL,
  replaced_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, path, version)
);
CREATE INDEX vfs_versions_content ON vfs_versions (content_id);
CREATE INDEX vfs_versions_replaced_in ON vfs_versions (project_id, replaced_in);
-- Rows come in the order of this column, which makes the smallest kind of index good enough for the pruning by age.
CREATE INDEX vfs_versions_replaced_at ON vfs_versions USING brin (replaced_at);

UPDATE vfs_entries e SET revision = t.revision FROM vfs_trees t WHERE t.project_id = e.project_id;
UPDATE vfs_trees t SET entries = c.entries, files = c.files, bytes = c.bytes
FROM (SELECT project_id, count(*) AS entries, count(*) FILTER (WHERE kind = 'file') AS files, sum(size) AS bytes
      FROM vfs_entries GROUP BY project_id) c
WHERE c.project_id = t.project_id;

-- A path that is written again goes on counting its versions, also after a deletion.
CREATE FUNCTION vfs_number_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.path <> OLD.path THEN
    NEW.version := 1 + COALESCE(
      (SELECT max(version) FROM vfs_versions WHERE project_id = NEW.project_id AND path = NEW.path), 0);
  ELSIF NEW.version = OLD.version AND (NEW.kind, NEW.executable, NEW.hash, NEW.link_target)
      IS DISTINCT FROM (OLD.kind, OLD.executable, OLD.hash, OLD.link_target) THEN
    NEW.version := OLD.version + 1;
  ELSIF NEW.version = OLD.version THEN
    RETURN NEW;
  END IF;
  NEW.revision := COALESCE((SELECT revision FROM vfs_trees WHERE project_id = NEW.project_id), 0);
  RETURN NEW;
END $$;

CREATE FUNCTION vfs_entries_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE vfs_trees t SET entries = t.entries + c.entries, files = t.files + c.files, bytes = t.bytes + c.bytes
  FROM (SELECT project_id, count(*) AS entries, count(*) FILTER (WHERE kind = 'file') AS files, sum(size) AS bytes
        FROM written GROUP BY project_id) c
  WHERE t.project_id = c.project_id;
  RETURN NULL;
END $$;

CREATE FUNCTION vfs_entries_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE vfs_trees t SET files = t.files + c.files, bytes = t.bytes + c.bytes
  FROM (SELECT project_id, sum(files) AS files, sum(bytes) AS bytes FROM (
          SELECT project_id, (kind = 'file')::int AS files, size AS bytes FROM written
          UNION ALL
          SELECT project_id, -(kind = 'file')::int, -size FROM replaced) AS both_sides
        GROUP BY project_id) c
  WHERE t.project_id = c.project_id;
  -- A row that keeps its path and its number was not written, only kept differently.
  INSERT INTO vfs_versions (project_id, path, version, kind, executable, size, hash, content_id, link_target,
                            written_in, replaced_in, written_at)
  SELECT r.project_id, r.path, r.version, r.kind, r.executable, r.size, r.hash, r.content_id, r.link_target,
         r.revision, COALESCE(t.revision, 0), r.updated_at
  FROM replaced r LEFT JOIN vfs_trees t ON t.project_id = r.project_id
  WHERE r.kind <> 'directory' AND NOT EXISTS (
    SELECT 1 FROM written w WHERE w.project_id = r.project_id AND w.path = r.path AND w.version = r.version);
  RETURN NULL;
END $$;

CREATE FUNCTION vfs_entries_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE vfs_trees t SET entries = t.entries - c.entries, files = t.files - c.files, bytes = t.bytes - c.bytes
  FROM (SELECT project_id, count(*) AS entries, count(*) FILTER (WHERE kind = 'file') AS files, sum(size) AS bytes
        FROM replaced GROUP BY project_id) c
  WHERE t.project_id = c.project_id;
  INSERT INTO vfs_versions (project_id, path, version, kind, executable, size, hash, content_id, link_target,
                            written_in, replaced_in, written_at)
  SELECT r.project_id, r.path, r.version, r.kind, r.executable, r.size, r.hash, r.content_id, r.link_target,
         r.revision, COALESCE(t.revision, 0), r.updated_at
  FROM replaced r LEFT JOIN vfs_trees t ON t.project_id = r.project_id
  WHERE r.kind <> 'directory';
  RETURN NULL;
END $$;

CREATE TRIGGER vfs_number_entry BEFORE INSERT OR UPDATE ON vfs_entries
  FOR EACH ROW EXECUTE FUNCTION vfs_number_entry();
CREATE TRIGGER vfs_entries_inserted AFTER INSERT ON vfs_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_entries_inserted();
CREATE TRIGGER vfs_entries_updated AFTER UPDATE ON vfs_entries
  REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_entries_updated();
CREATE TRIGGER vfs_entries_deleted AFTER DELETE ON vfs_entries
  REFERENCING OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION vfs_entries_deleted();

CREATE FUNCTION vfs_versions_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE vfs_trees t SET version_bytes = t.version_bytes + c.bytes
  FROM (SELECT project_id, sum(size) AS bytes FROM added GROUP BY project_id) c
  WHERE t.project_id = c.project_id;
  RETURN NULL;
END $$;

CREATE FUNCTION vfs_versions_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE vfs_trees t SET version_bytes = t.version_bytes - c.bytes,
    oldest_revision = GREATEST(t.oldest_revision, c.replaced_in)
  FROM (SELECT project_id, sum(size) AS bytes, max(replaced_in) AS replaced_in FROM pruned GROUP BY project_id) c
  WHERE t.project_id = c.project_id;
  RETURN NULL;
END $$;

CREATE TRIGGER vfs_versions_added AFTER INSERT ON vfs_versions
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION vfs_versions_added();
CREATE TRIGGER vfs_versions_pruned AFTER DELETE ON vfs_versions
  REFERENCING OLD TABLE AS pruned FOR EACH STATEMENT EXECUTE FUNCTION vfs_versions_pruned();
