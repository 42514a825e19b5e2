import type { z } from "zod";
import { DomainError } from "./errors";
import { parseInput } from "./input";

/** The JSON of a raw request's body, `{}` where there is none. Throws `invalid_request`. The endpoint limits its length. */
export async function optionalJson<T extends z.ZodType>(
  body: AsyncIterable<Uint8Array>,
  schema: T,
): Promise<z.output<T>> {
  const text = (await whole(body)).trim();
  return parseInput(schema, text === "" ? {} : parsed(text));
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of body) pieces.push(piece);
  } catch (cause) {
    throw new DomainError("invalid_request", "the body is too long, or broke off", { cause });
  }
  return Buffer.concat(pieces).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError("invalid_request", "the body is not JSON", { cause });
  }
}
