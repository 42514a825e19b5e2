import { createInterface } from "node:readline";
import { Client, DatabaseError, type QueryResult, type types } from "pg";

export interface SqlShellOptions {
  connectionString: string;
  /** For the prompt. */
  database: string;
}

/**
 * Reads statements from standard input, each up to a line that ends with ';', and prints what PostgreSQL answers. Gives 0,
 * or 1 when the input was no terminal and a statement failed: a script that goes on after an error does harm.
 */
export async function sqlShell({ connectionString, database }: SqlShellOptions): Promise<number> {
  const interactive = process.stdin.isTTY === true;
  // Values are shown as PostgreSQL writes them.
  const asText = { getTypeParser: () => (value: string) => value } as unknown as typeof types;
  const client = new Client({ connectionString, types: asText });
  await client.connect();
  const lines = createInterface({ input: process.stdin, output: interactive ? process.stdout : undefined });
  const prompt = (pending: boolean): void => {
    if (!interactive) return;
    lines.setPrompt(`${database}${pending ? "-" : "="}> `);
    lines.prompt();
  };
  let statement = "";
  try {
    prompt(false);
    for await (const line of lines) {
      if (statement === "" && /^\s*(\\q|quit|exit)\s*;?\s*$/.test(line)) return 0;
      statement += `${line}\n`;
      if (line.trimEnd().endsWith(";")) {
        const outcome = await answer(client, statement);
        if (outcome !== "unfinished") statement = "";
        if (outcome === "failed" && !interactive) return 1;
      }
      prompt(statement.trim() !== "");
    }
    if (statement.trim() === "") return 0;
    const outcome = await answer(client, statement);
    if (outcome === "unfinished")
      console.error(`ERROR:  the input ends within quotes or a comment: ${statement.trim()}`);
    return outcome === "done" ? 0 : 1;
  } finally {
    lines.close();
    await client.end();
  }
}

type Outcome = "done" | "failed" | "unfinished";

async function answer(client: Client, statement: string): Promise<Outcome> {
  try {
    // Several statements in one text give several results.
    const results = (await client.query({ text: statement, rowMode: "array" })) as unknown;
    for (const result of [results].flat() as QueryResult<(string | null)[]>[]) console.log(table(result));
    return "done";
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (isUnfinished(error)) return "unfinished";
    console.error(`${error.severity}:  ${error.message}${error.hint === undefined ? "" : `\nHINT:  ${error.hint}`}`);
    return "failed";
  }
}

/** A ';' within quotes or a comment ends no statement: PostgreSQL's own lexer says so. */
function isUnfinished({ code, message }: DatabaseError): boolean {
  return code === "42601" && message.startsWith("unterminated");
}

function table({ fields, rows, command, rowCount }: QueryResult<(string | null)[]>): string {
  if (fields.length === 0) return rowCount === null ? command : `${command} ${rowCount}`;
  const cells = [fields.map(({ name }) => name), ...rows.map((row) => row.map((value) => value ?? "NULL"))];
  const widths = fields.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const text = cells.map((row) =>
    row
      .map((cell, column) => ` ${cell.padEnd(widths[column] ?? 0)} `)
      .join("|")
      .trimEnd(),
  );
  const rule = widths.map((width) => "-".repeat(width + 2)).join("+");
  return [text[0], rule, ...text.slice(1), `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`].join("\n");
}
