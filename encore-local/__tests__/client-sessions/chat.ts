import Client, { APIError, type ClientOptions, ErrCode, isAPIError, type room, type StreamIn } from "./client";

/** What a caller of the chat app sees, as plain data. Runs in Node and in a browser. */
export async function session(url: string, options: ClientOptions): Promise<Record<string, unknown>> {
  const anyone = new Client(url, options);
  const ann = anyone.with({ auth: { authorization: "Bearer member-ann" } });
  const bob = anyone.with({ auth: async () => ({ token: "member-bob" }) });
  return {
    ann: await ann.auth.me(),
    bob: await bob.auth.me(),
    nobody: await failure(anyone.auth.me()),
    emptyRoom: await failure(ann.room.count("nowhere")),
    history: await all(await anyone.room.history("red/blue é", { last: 2 })),
    first: await (await anyone.room.history("red", {})).next(),
    uploaded: await upload(anyone),
    talk: await talk({ ann, bob }),
    refused: await failure((await anyone.room.join("red", {})).next()),
    refusedToSend: await failure((await anyone.room.join("red", {})).send({ text: "hello" })),
  };
}

interface Failure {
  isAPIError: boolean;
  isError: boolean;
  status: number;
  code: ErrCode;
  message: string;
}

async function failure(call: Promise<unknown>): Promise<Failure | string> {
  try {
    await call;
    return "it did not fail";
  } catch (error) {
    if (!isAPIError(error)) return String(error);
    const { status, code, message } = error;
    return { isAPIError: error instanceof APIError, isError: error instanceof Error, status, code, message };
  }
}

async function all<T>(stream: StreamIn<T>): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

async function upload(client: Client): Promise<{ said: number }> {
  const stream = await client.room.upload("red", {});
  for (const text of ["a", "b"]) await stream.send({ text });
  stream.close();
  return await stream.response().catch((error: APIError) => ({ said: error.code === ErrCode.Unknown ? -1 : -2 }));
}

async function talk({ ann, bob }: { ann: Client; bob: Client }): Promise<(room.Heard | undefined)[]> {
  const stream = await ann.room.join("green", {});
  const heard = [await stream.next()];
  const other = await bob.room.join("green", {});
  heard.push(await stream.next());
  await other.send({ text: "wavés", kind: "action" });
  heard.push(await stream.next());
  other.close();
  stream.close();
  for await (const more of stream) heard.push(more);
  return heard;
}
