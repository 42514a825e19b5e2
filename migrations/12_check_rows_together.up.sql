-- Owner: vfs.

-- Foreign keys and triggers for each row took half of the time of writing a few thousand rows. Here all rows of a statement
-- are numbered and checked together. What is promised stays the same, also for who writes as before.

-- All of the tables at one moment, or none of them: who waits for one while holding another makes requests wait, or fail.
DO $$ BEGIN
  FOR attempt IN 1..1200 LOOP
    BEGIN
      LOCK TABLE projects, vfs_contents, vfs_chunks, vfs_entries, vfs_versions, vfs_stages, vfs_staged_entries
        IN ACCESS EXCLUSIVE MODE NOWAIT;
      EXIT;
    EXCEPTION WHEN lock_not_available THEN
      IF attempt = 1200 THEN RAISE; END IF;
      PERFORM pg_sleep(0.05);
    END;
  END LOOP;
END $$;

-- ---- numbers ----
-- Who gives a revision has numbered the row; for anybody else it is done here, row by row.
DROP TRIGGER vfs_number_entry ON vfs_entries;
CREATE TRIGGER vfs_number_new_entry BEFORE INSERT ON vfs_entries
  FOR EACH ROW WHEN (NEW.revision = 0) EXECUTE FUNCTION vfs_number_entry();
CREATE TRIGGER vfs_number_entry BEFORE UPDATE ON vfs_entries
  FOR EACH ROW WHEN (NEW.revision = OLD.revision) EXECUTE FUNCTION vfs_number_entry();

-- ---- references ----
-- As a foreign key does: what is referred to is locked until the transaction's end, so that nobody removes it meanwhile. Each
-- is looked up by itself, since a plan for a few rows stays in use when many come, and the other way round.
CREATE FUNCTION vfs_require_contents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing UUID;
BEGIN
  SELECT w.content_id INTO missing FROM written w
  LEFT JOIN LATERAL (SELECT c.id FROM vfs_contents c WHERE c.id = w.content_id FOR KEY SHARE) c ON true
  WHERE w.content_id IS NOT NULL AND c.id IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% refers to the content %, which is not there', TG_TABLE_NAME, missing USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION vfs_require_projects() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing UUID;
BEGIN
  SELECT w.project_id INTO missing FROM (SELECT DISTINCT project_id FROM written) w
  LEFT JOIN LATERAL (SELECT p.id FROM projects p WHERE p.id = w.project_id FOR KEY SHARE) p ON true
  WHERE p.id IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% refers to the project %, which is not there', TG_TABLE_NAME, missing USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION vfs_require_stages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing UUID;
BEGIN
  SELECT w.stage_id INTO missing FROM (SELECT DISTINCT stage_id FROM written) w
  LEFT JOIN LATERAL (SELECT s.id FROM vfs_stages s WHERE s.id = w.stage_id FOR KEY SHARE) s ON true
  WHERE s.id IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% refers to the stage %, which is not there', TG_TABLE_NAME, missing USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;

-- The other side: chunks go with their content, and a content that something refers to stays.
CREATE FUNCTION vfs_contents_removed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE used UUID;
BEGIN
  SELECT r.id INTO used FROM removed r CROSS JOIN LATERAL (
    (SELECT 1 FROM vfs_entries WHERE content_id = r.id LIMIT 1) UNION ALL
    (SELECT 1 FROM vfs_versions WHERE content_id = r.id LIMIT 1) UNION ALL
    (SELECT 1 FROM vfs_staged_entries WHERE content_id = r.id LIMIT 1)) u LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the content % is referred to', used USING ERRCODE = 'foreign_key_violation';
  END IF;
  DELETE FROM vfs_chunks WHERE content_id = ANY (ARRAY(SELECT id FROM removed));
  RETURN NULL;
END $$;

CREATE FUNCTION vfs_stages_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM vfs_staged_entries WHERE stage_id = ANY (ARRAY(SELECT id FROM removed));
  RETURN NULL;
END $$;

CREATE FUNCTION vfs_projects_removed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE used UUID;
BEGIN
  SELECT r.id INTO used FROM removed r CROSS JOIN LATERAL (
    (SELECT 1 FROM vfs_entries WHERE project_id = r.id LIMIT 1) UNION ALL
    (SELECT 1 FROM vfs_versions WHERE project_id = r.id LIMIT 1) UNION ALL
    (SELECT 1 FROM vfs_contents WHERE project_id = r.id LIMIT 1)) u LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the project % still has files', used USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;

ALTER TABLE vfs_entries DROP CONSTRAINT vfs_entries_project_id_fkey, DROP CONSTRAINT vfs_entries_content_id_fkey;
ALTER TABLE vfs_versions DROP CONSTRAINT vfs_versions_project_id_fkey, DROP CONSTRAINT vfs_versions_content_id_fkey;
ALTER TABLE vfs_contents DROP CONSTRAINT vfs_contents_project_id_fkey;
ALTER TABLE vfs_chunks DROP CONSTRAINT vfs_chunks_content_id_fkey;
ALTER TABLE vfs_staged_entries
  DROP CONSTRAINT vfs_staged_entries_stage_id_fkey, DROP CONSTRAINT vfs_staged_entries_content_id_fkey;

-- A trigger that sees the rows of its statement is for one kind of statement.
CREATE TRIGGER vfs_entries_contents_new AFTER INSERT ON vfs_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_contents();
CREATE TRIGGER vfs_entries_contents AFTER UPDATE ON vfs_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_contents();
CREATE TRIGGER vfs_entries_projects AFTER INSERT ON vfs_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_projects();
CREATE TRIGGER vfs_versions_contents AFTER INSERT ON vfs_versions
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_contents();
CREATE TRIGGER vfs_versions_projects AFTER INSERT ON vfs_versions
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_projects();
CREATE TRIGGER vfs_staged_entries_contents_new AFTER INSERT ON vfs_staged_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_contents();
CREATE TRIGGER vfs_staged_entries_contents AFTER UPDATE ON vfs_staged_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_contents();
CREATE TRIGGER vfs_staged_entries_stages AFTER INSERT ON vfs_staged_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_stages();
CREATE TRIGGER vfs_chunks_contents AFTER INSERT ON vfs_chunks
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_contents();
CREATE TRIGGER vfs_contents_projects AFTER INSERT ON vfs_contents
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION vfs_require_projects();

CREATE TRIGGER vfs_contents_removed AFTER DELETE ON vfs_contents
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION vfs_contents_removed();
CREATE TRIGGER vfs_stages_removed AFTER DELETE ON vfs_stages
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION vfs_stages_removed();
CREATE TRIGGER vfs_projects_removed AFTER DELETE ON projects
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION vfs_projects_removed();
