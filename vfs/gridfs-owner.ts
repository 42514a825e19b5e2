import { DomainError } from "../platform/errors";
import type { GridFSCollections, OwnerDocument } from "./gridfs-layout";

/** Which database's contents a bucket holds. One has no rows of another's contents and would take them for orphans. */
export interface BucketOwner {
  /** The installation's id. */
  id(): Promise<string>;
  /** Whether the installation knows one of these contents. */
  knows(ids: readonly string[]): Promise<boolean>;
}

const SAMPLE = 1_000;
/** DuplicateKey: somebody else was faster. */
const DUPLICATE = 11000;

/**
 * Takes a bucket that belongs to nobody, and refuses one that belongs to another installation. One that holds files and does
 * not say whose is taken only by who knows one of them. Throws `content_store_unavailable`.
 */
export async function claimBucket({ files, owner }: GridFSCollections, self: BucketOwner): Promise<void> {
  const id = await self.id();
  const present = await owner.findOne({ _id: "owner" });
  if (present !== null) return requireOwn(present, id);
  const found = await files
    .find({}, { projection: { _id: 1 } })
    .limit(SAMPLE)
    .toArray();
  const ids = found.map(({ _id }) => _id).filter((each) => typeof each === "string");
  if (ids.length > 0 && !(await self.knows(ids))) throw taken("holds files that this database does not know");
  try {
    await owner.insertOne({ _id: "owner", installation: id });
  } catch (error) {
    if ((error as { code?: unknown }).code !== DUPLICATE) throw error;
    const other = await owner.findOne({ _id: "owner" });
    if (other !== null) requireOwn(other, id);
  }
}

function requireOwn({ installation }: OwnerDocument, id: string): void {
  if (installation !== id) throw taken(`belongs to the Vaporform installation ${installation}, and this one is ${id}`);
}

function taken(what: string): DomainError {
  return new DomainError("content_store_unavailable", `the bucket project_files ${what}`, {
    hint: "An operator must give each Vaporform database a MongoDB database of its own, by the name in MongoDBURI.",
  });
}
