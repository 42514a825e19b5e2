import { APIError, api, type Query, type StreamInOut } from "encore.dev/api";
import type { MaxLen } from "encore.dev/validate";
import { getAuthData } from "~encore/auth";
import { auth } from "~encore/clients";

type Said = { text: string & MaxLen<20>; kind?: "normal" | "action" };

interface Heard {
  from: string;
  text: string;
  at: Date;
}

interface Join {
  room: string;
  quiet?: Query<boolean>;
}

const rooms = new Map<string, Set<StreamInOut<Said, Heard>>>();

/** Everything said in a room reaches everyone in it. */
export const join = api.streamInOut<Join, Said, Heard>(
  { expose: true, auth: true, path: "/rooms/:room" },
  async ({ room, quiet }, stream) => {
    const present = rooms.get(room) ?? new Set();
    rooms.set(room, present.add(stream));
    const { nickname } = await auth.me();
    const tell = async (text: string) => {
      for (const other of present) await other.send({ from: nickname, text, at: new Date(0) });
    };
    try {
      if (!quiet) await tell("joined");
      for await (const { text, kind } of stream) await tell(kind === "action" ? `* ${text}` : text);
    } finally {
      present.delete(stream);
    }
  },
);

export const count = api(
  { expose: true, auth: true, method: "GET", path: "/rooms/:room/count" },
  async ({ room }: { room: string }): Promise<{ present: number; you: string }> => {
    const present = rooms.get(room);
    if (present === undefined) throw APIError.notFound(`nobody has been in ${room}`);
    return { present: present.size, you: getAuthData()?.userID ?? "" };
  },
);

interface Message {
  text: string;
}

/** Says several things at once, and tells how many. */
export const upload = api.streamIn<Join, Message, { said: number }>(
  { expose: true, path: "/rooms/:room/upload" },
  async (_join, stream) => {
    let said = 0;
    for await (const _ of stream) said++;
    return { said };
  },
);

export const history = api.streamOut<{ room: string; last?: number }, Message>(
  { expose: true, path: "/rooms/:room/history" },
  async ({ room, last = 2 }, stream) => {
    for (let i = 0; i < last; i++) await stream.send({ text: `${room} ${i}` });
    await stream.close();
  },
);
