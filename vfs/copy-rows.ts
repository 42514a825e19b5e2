import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

/** A value in PostgreSQL's binary form (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"). */
export type Field = Uint8Array;

export function uuidField(id: string): Field {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}

export function textField(text: string): Field {
  return Buffer.from(text);
}

export function intField(value: number): Field {
  const field = Buffer.allocUnsafe(4);
  field.writeInt32BE(value);
  return field;
}

export function bigintField(value: number): Field {
  const field = Buffer.allocUnsafe(8);
  field.writeBigInt64BE(BigInt(value));
  return field;
}

export function booleanField(value: boolean): Field {
  return Buffer.from([value ? 1 : 0]);
}

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const END = Buffer.from([0xff, 0xff]);
const PIECE_BYTES = 256 * 1024;

/**
 * Adds rows to a table, far faster than an INSERT: bytes travel as they are, and PostgreSQL stores the rows while more of
 * them come. `columns` names the table and the columns, which each row gives in this order.
 */
export async function copyRows(client: PoolClient, columns: string, rows: Iterable<Field[]>): Promise<void> {
  await pipeline(
    Readable.from(piecesOf(rows), { objectMode: true, highWaterMark: 1 }),
    client.query(copyFrom(`COPY ${columns} FROM STDIN (FORMAT binary)`)),
  );
}

/**
 * All rows that a statement without parameters gives, none of their values null. Bytes come as they are, where a SELECT has
 * them in hexadecimal digits.
 */
export async function copiedRows(client: PoolClient, statement: string): Promise<Buffer[][]> {
  const data = await readCopy(client.query(copyTo(`COPY (${statement}) TO STDOUT (FORMAT binary)`)));
  const rows: Buffer[][] = [];
  let at = SIGNATURE.length;
  const next = (bytes: number): number => {
    at += bytes;
    return at - bytes;
  };
  for (let fields = data.readInt16BE(next(2)); fields !== -1; fields = data.readInt16BE(next(2))) {
    const row: Buffer[] = [];
    for (let i = 0; i < fields; i++) {
      const length = data.readInt32BE(next(4));
      const start = next(length);
      row.push(data.subarray(start, start + length));
    }
    rows.push(row);
  }
  return rows;
}

/** Also tells `pg` that the query has ended, as other queries do themselves: its timeout would go on, and fail what is over. */
async function readCopy(copy: Readable & { callback?: () => void }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of copy) pieces.push(piece);
  } finally {
    copy.callback?.();
  }
  return Buffer.concat(pieces);
}

function* piecesOf(rows: Iterable<Field[]>): Generator<Buffer> {
  let parts: Uint8Array[] = [SIGNATURE];
  let bytes = 0;
  for (const row of rows) {
    bytes += addRow(parts, row);
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
  }
  parts.push(END);
  yield Buffer.concat(parts);
}

/** Gives the number of bytes that were added. */
function addRow(parts: Uint8Array[], row: Field[]): number {
  const count = Buffer.allocUnsafe(2);
  count.writeInt16BE(row.length);
  parts.push(count);
  let bytes = 2;
  for (const field of row) {
    parts.push(intField(field.length), field);
    bytes += 4 + field.length;
  }
  return bytes;
}
