import { type DecodeOptions, decoderFor } from "./decode";
import type { Column, StatementResult } from "./statement";
import type { TypeCatalogue } from "./types";

/** One row; its values are decoded when the SDK asks, as under Encore, so that an unreadable column fails only then. */
export class Row {
  readonly #columns: Column[];
  readonly #texts: (string | null)[];
  readonly #catalogue: TypeCatalogue;
  readonly #options: DecodeOptions;

  constructor(
    { columns, texts }: { columns: Column[]; texts: (string | null)[] },
    catalogue: TypeCatalogue,
    options: DecodeOptions,
  ) {
    this.#columns = columns;
    this.#texts = texts;
    this.#catalogue = catalogue;
    this.#options = options;
  }

  values(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const [index, { name, type }] of this.#columns.entries()) {
      const text = this.#texts[index] ?? null;
      const sqlType = this.#catalogue.find(type);
      const decoder = sqlType === undefined ? undefined : decoderFor(sqlType, this.#options);
      if (decoder === undefined) throw unreadable(name, sqlType?.name ?? String(type));
      values[name] = text === null ? null : decoded(name, () => decoder(text));
    }
    return values;
  }
}

/** Some values of a readable type cannot be read: `NaN` of numeric, infinite times, JSON that nests too deeply. */
function decoded(column: string, decode: () => unknown): unknown {
  try {
    return decode();
  } catch (cause) {
    throw failure(column, `Error { kind: FromSql(0), cause: Some(${JSON.stringify(String(cause))}) }`, cause);
  }
}

const unreadable = (column: string, type: string): Error =>
  failure(column, `Error { kind: FromSql, cause: Some(WrongType { postgres: ${type} }) }`);

function failure(column: string, why: string, cause?: unknown): Error {
  return Object.assign(new Error(`unable to parse column ${column}: ${why}`, { cause }), { code: "GenericFailure" });
}

/** The rows of a result, one after another, then null. */
export class Cursor {
  readonly #result: StatementResult;
  readonly #makeRow: (texts: (string | null)[]) => Row;
  #next = 0;
  #failure: Error | undefined;

  constructor(result: StatementResult, makeRow: (texts: (string | null)[]) => Row, failure?: Error) {
    this.#result = result;
    this.#makeRow = makeRow;
    this.#failure = failure;
  }

  async next(): Promise<Row | null> {
    if (this.#failure !== undefined) throw this.#failure;
    const texts = this.#result.rows[this.#next++];
    return texts === undefined ? null : this.#makeRow(texts);
  }
}
