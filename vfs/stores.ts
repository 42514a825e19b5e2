import { secret } from "encore.dev/config";
import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import { registerPart } from "../platform/readiness";
import { rememberCredential } from "../platform/redaction";
import type { ContentStore, StoreName } from "./content-store";
import type { StoredPart } from "./gridfs-inventory";
import { createGridFSStore, type GridFSStore } from "./gridfs-store";
import { createPostgresStore } from "./postgres-store";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const mongoDBURI = secret("MongoDBURI");

const postgresStore = createPostgresStore({ pool: pgPool });
let gridFSStore: GridFSStore | undefined;

/** Where new contents go: GridFS when the secret MongoDBURI is set, else PostgreSQL. */
export function currentStore(): ContentStore {
  return mongoDBURI() === "" ? postgresStore : storeNamed("gridfs");
}

/** Where an existing content is, whatever the setting is by now. */
export function storeNamed(name: StoreName): ContentStore {
  return name === "postgres" ? postgresStore : gridFS();
}

/** What is in GridFS, if that is used at all: all of it, or what belongs to these ids. */
export async function* storedInGridFS(ids?: readonly string[]): AsyncGenerator<StoredPart[]> {
  if (mongoDBURI() !== "") yield* gridFS().parts(ids);
}

registerPart({
  name: "content-store",
  keepMs: 5_000,
  look: async () => {
    if (mongoDBURI() !== "") await gridFS().ping();
    else await pgPool().query("SELECT 1");
    return "ok";
  },
});

/** Lets a command end that has used a store. */
export async function closeStores(): Promise<void> {
  await gridFSStore?.close();
  gridFSStore = undefined;
}

function gridFS(): GridFSStore {
  const uri = mongoDBURI();
  rememberCredential(uri);
  if (uri === "") {
    throw new DomainError(
      "content_store_unavailable",
      "this content is in MongoDB, and the secret MongoDBURI is not set",
      {
        hint: "An operator must set MongoDBURI again.",
      },
    );
  }
  gridFSStore ??= createGridFSStore({ uri, owner: { id: installationId, knows } });
  return gridFSStore;
}

async function installationId(): Promise<string> {
  const { rows } = await pgPool().query<{ id: string }>("SELECT id FROM vfs_installation");
  if (rows[0] === undefined) throw new Error("vfs_installation is empty; migration 13 fills it");
  return rows[0].id;
}

async function knows(ids: readonly string[]): Promise<boolean> {
  const { rowCount } = await pgPool().query(
    `SELECT 1 FROM unnest($1::text[]) AS o (id)
     JOIN vfs_contents c ON c.id = o.id::uuid AND c.store = 'gridfs' LIMIT 1`,
    [ids.filter((id) => UUID.test(id))],
  );
  return rowCount !== 0;
}
