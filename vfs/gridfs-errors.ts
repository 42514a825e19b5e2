import { MongoError, MongoServerError } from "mongodb";
import { DomainError } from "../platform/errors";

/** OutOfDiskSpace, and what MongoDB says while it refuses writes for want of space. */
const NO_SPACE = new Set([14031, 371]);

/** Failures of the driver as ours. Its messages may hold the URI, and with it a password, so they stay behind. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof MongoError)) throw cause;
    if (cause instanceof MongoServerError && NO_SPACE.has(Number(cause.code))) {
      throw new DomainError("storage_full", "MongoDB has no space left for file contents", { cause });
    }
    throw new DomainError("content_store_unavailable", `MongoDB did not carry out the request (${cause.name})`, {
      cause,
    });
  }
}
