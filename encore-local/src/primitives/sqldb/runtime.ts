import { Pool, type PoolClient } from "pg";
import { encodeJson } from "../../codec/js-value";
import type { RuntimeConfig } from "../../runtime/config";
import type { RuntimeHost } from "../../runtime/host";
import { takeTestDatabases } from "../../runtime/test-databases";
import type { StartPrimitive } from "../running";
import { encodeParameter } from "./encode";
import { toAppError } from "./errors";
import { Cursor, Row } from "./rows";
import { Statement, type StatementResult } from "./statement";
import { TypeCatalogue, type TypeRow, USER_TYPES_QUERY } from "./types";

/** The parameters of a statement, checked when they are put together, as the SDK expects. */
export class QueryArgs {
  readonly values: readonly unknown[];

  constructor(params: unknown[]) {
    for (const value of params) {
      // Bytes may be a parameter, but not be within one. Whatever JSON cannot carry is refused here.
      if (typeof value !== "string" && !ArrayBuffer.isView(value)) encodeJson(value);
    }
    this.values = [...params];
  }
}

class TypesUnknown extends Error {}

/** What statements of one database share. */
class DatabaseContext {
  readonly catalogue = new TypeCatalogue();
  readonly decimal: (text: string) => unknown;

  constructor(host: Pick<RuntimeHost, "decimal">) {
    this.decimal = (text) => host.decimal(text);
  }

  /** Runs a statement on a connection. Gives a cursor; failures while it runs wait for the first row, as under Encore. */
  async run(client: PoolClient, text: string, args: QueryArgs): Promise<Cursor> {
    const makeRow = (result: StatementResult) => (texts: (string | null)[]) =>
      new Row({ columns: result.columns, texts }, this.catalogue, { decimal: this.decimal });
    try {
      const result = await this.#execute(client, text, args);
      await this.#learnTypes(
        client,
        result.columns.map(({ type }) => type),
      );
      return new Cursor(result, makeRow(result));
    } catch (error) {
      const failure = toAppError(error);
      if (!failure.message.startsWith("Error {")) throw failure;
      const empty = { columns: [], rows: [] };
      return new Cursor(empty, makeRow(empty), failure);
    }
  }

  async #execute(client: PoolClient, text: string, args: QueryArgs): Promise<StatementResult> {
    let unknown: number[] = [];
    const encode = (types: number[]) => {
      unknown = types.filter((type) => this.catalogue.find(type) === undefined);
      if (unknown.length > 0) throw new TypesUnknown();
      if (types.length !== args.values.length) {
        throw new Error(`expected ${types.length} parameters but got ${args.values.length}`);
      }
      return types.map((oid, index) => {
        const type = this.catalogue.find(oid) ?? { kind: "scalar", name: String(oid) };
        return encodeParameter(args.values[index], type, index);
      });
    };
    try {
      return await client.query(new Statement(text, encode)).result;
    } catch (error) {
      if (unknown.length === 0) throw error;
      await this.#learnTypes(client, unknown);
      return await client.query(new Statement(text, encode)).result;
    }
  }

  async #learnTypes(client: PoolClient, types: number[]): Promise<void> {
    if (types.every((type) => this.catalogue.find(type) !== undefined)) return;
    const { rows } = await client.query<TypeRow & { oid: string; element: string }>(USER_TYPES_QUERY);
    this.catalogue.learn(rows.map((row) => ({ ...row, oid: Number(row.oid), element: Number(row.element) })));
  }
}

/** A connection of the pool that one caller has to itself. */
export class SqlConn {
  #client: PoolClient | undefined;
  readonly #context: DatabaseContext;

  constructor(client: PoolClient, context: DatabaseContext) {
    this.#client = client;
    this.#context = context;
  }

  async close(): Promise<void> {
    this.#client?.release();
    this.#client = undefined;
  }

  async query(text: string, args: QueryArgs): Promise<Cursor> {
    if (this.#client === undefined) throw toAppError(new Error("connection_closed"));
    return await this.#context.run(this.#client, text, args);
  }

  async queryRow(text: string, args: QueryArgs): Promise<Row | null> {
    return await (await this.query(text, args)).next();
  }
}

export class Transaction {
  #client: PoolClient | undefined;
  readonly #context: DatabaseContext;

  constructor(client: PoolClient, context: DatabaseContext) {
    this.#client = client;
    this.#context = context;
  }

  async query(text: string, args: QueryArgs): Promise<Cursor> {
    if (this.#client === undefined) throw toAppError(new Error("transaction closed"));
    return await this.#context.run(this.#client, text, args);
  }

  async commit(): Promise<void> {
    await this.#end("COMMIT");
  }

  async rollback(): Promise<void> {
    await this.#end("ROLLBACK");
  }

  async #end(command: "COMMIT" | "ROLLBACK"): Promise<void> {
    const client = this.#client;
    if (client === undefined) throw toAppError(new Error("transaction closed"));
    this.#client = undefined;
    try {
      await client.query(command);
      client.release();
    } catch (error) {
      // Its state is not known, so no one else may have this connection.
      client.release(true);
      throw toAppError(error);
    }
  }
}

export class SqlDatabase {
  readonly #pool: Pool;
  readonly #context: DatabaseContext;
  readonly #connectionString: string;

  constructor(config: { connectionString: string; maxConnections: number }, host: RuntimeHost) {
    this.#connectionString = config.connectionString;
    this.#context = new DatabaseContext(host);
    this.#pool = new Pool({
      connectionString: config.connectionString,
      max: config.maxConnections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    // The pool replaces a connection that breaks while idle; whoever asks next gets a new one.
    this.#pool.on("error", (error) => host.logger.log(null, 4, `idle database connection lost: ${error.message}`));
    // One that breaks while it is used fails the statement; that it says so as well must not end the process.
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
  }

  connString(): string {
    return this.#connectionString;
  }

  async acquire(): Promise<SqlConn> {
    return new SqlConn(await this.#connect(), this.#context);
  }

  async begin(): Promise<Transaction> {
    const client = await this.#connect();
    try {
      await client.query("BEGIN");
    } catch (error) {
      client.release(true);
      throw toAppError(error);
    }
    return new Transaction(client, this.#context);
  }

  async query(text: string, args: QueryArgs): Promise<Cursor> {
    const client = await this.#connect();
    try {
      return await this.#context.run(client, text, args);
    } finally {
      client.release();
    }
  }

  async queryRow(text: string, args: QueryArgs): Promise<Row | null> {
    return await (await this.query(text, args)).next();
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toAppError(error);
    }
  }
}

const CONNECT_TIMEOUT_MS = 30_000;

/** Those of the configuration, or copies that are taken when the first one is asked for. */
function configuredDatabases({ databases, testDatabases }: RuntimeConfig): () => RuntimeConfig["databases"] {
  if (testDatabases === undefined) return () => databases;
  let taken: RuntimeConfig["databases"] | undefined;
  return () => {
    taken ??= Object.fromEntries(
      Object.entries(takeTestDatabases(testDatabases.folder, process.env)).map(([name, database]) => [
        name,
        { ...database, maxConnections: testDatabases.maxConnections },
      ]),
    );
    return taken;
  };
}

/** The app's databases; a pool is made when the app names its database for the first time. */
export const sqldb: StartPrimitive = (host) => {
  const open = new Map<string, SqlDatabase>();
  const configured = configuredDatabases(host.config);
  return {
    methods: {
      sqlDatabase(name: string): SqlDatabase {
        const config = configured()[name];
        if (config === undefined)
          throw new Error(`database '${name}' is not configured; define it with new SQLDatabase("${name}", ...)`);
        const database = open.get(name) ?? new SqlDatabase(config, host);
        open.set(name, database);
        return database;
      },
    },
    shutDown: async () => void (await Promise.all([...open.values()].map((database) => database.close()))),
  };
};
