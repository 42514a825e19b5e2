import { api } from "encore.dev/api";
import { secret } from "encore.dev/config";
import { SQLDatabase } from "encore.dev/storage/sqldb";

const db = new SQLDatabase("notes", { migrations: "./migrations" });
const greeting = secret("Greeting");

interface Note {
  text: string;
}

export const add = api({ expose: true, method: "POST", path: "/notes" }, async ({ text }: Note): Promise<void> => {
  await db.exec`INSERT INTO notes (text) VALUES (${text})`;
});

export const list = api({ expose: true, method: "GET", path: "/notes" }, async (): Promise<{ texts: string[] }> => {
  const rows = await db.queryAll<Note>`SELECT text FROM notes ORDER BY id`;
  return { texts: rows.map(({ text }) => text) };
});

export const greet = api(
  { expose: true, method: "GET", path: "/greeting" },
  async (): Promise<Note> => ({ text: greeting() }),
);
