import { MongoError, MongoServerError } from "mongodb";
import { DomainError, type Reason } from "../platform/errors";
import { contentStoreFailures } from "./metrics";

/** OutOfDiskSpace, and what MongoDB says while it refuses writes for want of space. */
const NO_SPACE = new Set([14031, 371]);

/** Failures of the driver as ours. Its messages may hold the URI, and with it a password, so they stay behind. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof MongoError)) throw cause;
    if (cause instanceof MongoServerError && NO_SPACE.has(Number(cause.code))) {
      throw failure("storage_full", "MongoDB has no space left for file contents", cause);
    }
    throw failure("content_store_unavailable", `MongoDB did not carry out the request (${cause.name})`, cause);
  }
}

function failure(reason: Reason, message: string, cause: MongoError): DomainError {
  contentStoreFailures.with({ reason }).increment();
  return new DomainError(reason, message, { cause });
}
