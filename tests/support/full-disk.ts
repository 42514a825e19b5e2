import { randomUUID } from "node:crypto";
import { pgPool } from "../../platform/pg-pool";

const PROJECT_OF: Record<string, string> = {
  vfs_contents: "NEW.project_id",
  vfs_chunks: "(SELECT project_id FROM vfs_contents WHERE id = NEW.content_id)",
  vfs_staged_entries: "(SELECT project_id FROM vfs_stages WHERE id = NEW.stage_id)",
  vfs_entries: "NEW.project_id",
};

/** While `work` runs, PostgreSQL has no space left for rows of that project in that table, and says so as it does then. */
export async function whileDiskIsFull(
  { table, projectId }: { table: string; projectId: string },
  work: () => Promise<void>,
): Promise<void> {
  const name = `full_${randomUUID().replaceAll("-", "")}`;
  await pgPool().query(
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF ${PROJECT_OF[table]} = '${projectId}' THEN
         RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
       END IF;
       RETURN NEW;
     END $$;
     CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}();`,
  );
  try {
    await work();
  } finally {
    await pgPool().query(`DROP FUNCTION ${name} CASCADE`);
  }
}
