import type { Connection, Submittable } from "pg";

/** A column of a result: its name and the object id of its type. */
export interface Column {
  name: string;
  type: number;
}

/** What PostgreSQL says of a statement once it is prepared. */
interface Prepared {
  name: string;
  parameterTypes: number[];
  columns: Column[];
}

export interface StatementResult {
  columns: Column[];
  /** The values as PostgreSQL writes them in text; null for NULL. */
  rows: (string | null)[][];
}

/** The parameters as text, given the object ids of their types. Throws for a value that its type does not take. */
export type EncodeParameters = (types: number[]) => (string | Buffer | null)[];

/**
 * Why a statement failed: before it ran (its text is wrong, a parameter cannot be encoded, PostgreSQL did not take a
 * parameter) or while it ran.
 */
export class StatementError extends Error {
  override readonly name = "StatementError";

  constructor(
    readonly phase: "prepare" | "encode" | "bind" | "execute",
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** Statements that a connection has prepared, by text; closed with the connection. */
const preparedStatements = new WeakMap<Connection, Map<string, Prepared>>();
/** More than a program has; one that makes up its texts does not fill the server's memory. */
const MAX_PREPARED = 200;

interface WireField {
  name: string;
  dataTypeID: number;
}

/**
 * One statement on pg's connection. The driver's own queries let PostgreSQL guess from text; Encore prepares first and
 * encodes each parameter by the type that the statement gives it, and so does this.
 */
export class Statement implements Submittable {
  readonly result: Promise<StatementResult>;
  #resolve: (result: StatementResult) => void = () => undefined;
  #reject: (error: StatementError) => void = () => undefined;
  #phase: StatementError["phase"] = "prepare";
  #prepared: Prepared | undefined;
  #parsing: Prepared | undefined;
  #failure: StatementError | undefined;
  readonly #rows: (string | null)[][] = [];

  constructor(
    private readonly text: string,
    private readonly encode: EncodeParameters,
  ) {
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Called by the client when it is this statement's turn. */
  submit(connection: Connection): void {
    const known = preparedStatements.get(connection)?.get(this.text);
    if (known === undefined) this.#prepare(connection);
    else this.#run(connection, known);
  }

  #prepare(connection: Connection): void {
    const count = preparedStatements.get(connection)?.size ?? 0;
    const parsing: Prepared = { name: count < MAX_PREPARED ? `s${count}` : "", parameterTypes: [], columns: [] };
    this.#parsing = parsing;
    const described = (columns: Column[]) => {
      connection.removeListener("noData", onNoData);
      this.#parsing = undefined;
      parsing.columns = columns;
      if (parsing.name !== "") remember(connection, this.text, parsing);
      this.#run(connection, parsing);
    };
    const onNoData = () => described([]);
    this.#onDescribed = described;
    connection.once("parameterDescription", (message: { dataTypeIDs: number[] }) => {
      parsing.parameterTypes = [...message.dataTypeIDs];
    });
    connection.once("noData", onNoData);
    inOneWrite(connection, () => {
      connection.parse({ name: parsing.name, text: this.text, types: [] }, true);
      connection.describe({ type: "S", name: parsing.name }, true);
      connection.flush();
    });
  }

  #onDescribed: (columns: Column[]) => void = () => undefined;

  handleRowDescription(message: { fields: WireField[] }): void {
    if (this.#parsing !== undefined) {
      this.#onDescribed(message.fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })));
    }
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#rows.push(message.fields);
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleError(error: Error, connection: Connection): void {
    // The client has already forgotten this statement and will not tell it when the server is ready again.
    this.#stopListening(connection);
    this.#reject(new StatementError(this.#phase, error));
    // A failure while preparing leaves the server waiting for the end of the exchange.
    if (this.#phase === "prepare" && "severity" in error) connection.sync();
  }

  handleReadyForQuery(connection: Connection): void {
    this.#stopListening(connection);
    if (this.#failure !== undefined) this.#reject(this.#failure);
    else this.#resolve({ columns: this.#prepared?.columns ?? [], rows: this.#rows });
  }

  #stopListening(connection: Connection): void {
    for (const event of ["noData", "parameterDescription", "bindComplete"]) connection.removeAllListeners(event);
  }

  #run(connection: Connection, prepared: Prepared): void {
    this.#prepared = prepared;
    this.#phase = "bind";
    connection.once("bindComplete", () => {
      this.#phase = "execute";
    });
    inOneWrite(connection, () => {
      try {
        const values = this.encode(prepared.parameterTypes);
        connection.bind({ portal: "", statement: prepared.name, values }, true);
        connection.execute({ portal: "" }, true);
      } catch (error) {
        this.#failure = new StatementError("encode", error instanceof Error ? error : new Error(String(error)));
      }
      connection.sync();
    });
  }
}

/** Each message would else be a write of its own: a call to the system, and a packet. */
function inOneWrite({ stream }: Connection, send: () => void): void {
  stream.cork();
  send();
  stream.uncork();
}

function remember(connection: Connection, text: string, prepared: Prepared): void {
  const statements = preparedStatements.get(connection) ?? new Map<string, Prepared>();
  statements.set(text, prepared);
  preparedStatements.set(connection, statements);
}
