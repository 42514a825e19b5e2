import { CounterGroup } from "encore.dev/metrics";

/** Contents that could not be stored or read; of PostgreSQL's own failures the database tells. */
export const contentStoreFailures = new CounterGroup<{ reason: string }>("content_store_failures");
