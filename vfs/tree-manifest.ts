import { pgPool } from "../platform/pg-pool";

/** What is at a path, without its bytes. */
export type TreeNode =
  | { kind: "file"; hash: string; executable: boolean }
  | { kind: "symlink"; target: string }
  | { kind: "directory" };

interface NodeRow {
  path: string;
  kind: TreeNode["kind"];
  hash: string | null;
  executable: boolean;
  link_target: string | null;
}

/** The project's tree as it is now, by path: files with their content's SHA-256 in hexadecimal digits. */
export async function readTreeManifest(projectId: string): Promise<Map<string, TreeNode>> {
  const { rows } = await pgPool().query<NodeRow>(
    "SELECT path, kind, hash, executable, link_target FROM vfs_entries WHERE project_id = $1 ORDER BY path",
    [projectId],
  );
  return new Map(rows.map((row) => [row.path, toTreeNode(row)]));
}

export function toTreeNode({ kind, hash, executable, link_target }: Omit<NodeRow, "path">): TreeNode {
  switch (kind) {
    case "file":
      return { kind, hash: hash ?? "", executable };
    case "symlink":
      return { kind, target: link_target ?? "" };
    case "directory":
      return { kind };
  }
}
