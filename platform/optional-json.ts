import type { z } from "zod";
import { DomainError } from "./errors";
import { parseInput } from "./input";

/** The JSON of a raw request's body, `{}` where there is none. Throws `invalid_request`. The endpoint limits its length. */
export async function optionalJson<T extends z.ZodType>(
  body: AsyncIterable<Uint8Array>,
  schema: T,
): Promise<z.output<T>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("utf8").trim();
  return parseInput(schema, text === "" ? {} : parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError("invalid_request", "the body is not JSON", { cause });
  }
}
