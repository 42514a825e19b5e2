import { SQLDatabase } from "encore.dev/storage/sqldb";

/** The one database of Vaporform. Each table belongs to one service; see docs/architecture.md. */
export const db = new SQLDatabase("vaporform", { migrations: "./migrations" });
