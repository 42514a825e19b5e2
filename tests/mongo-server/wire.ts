import { type Document, deserialize, serialize } from "bson";

/**
 * MongoDB's wire protocol as far as today's drivers use it: OP_MSG, and OP_QUERY for the first hello
 * (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/).
 */

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
/** Numbers keep the types that they were sent with. */
const AS_SENT = { promoteValues: false };

export interface WireRequest {
  requestId: number;
  /** OP_QUERY is answered with OP_REPLY. */
  legacy: boolean;
  command: Document;
}

/** Puts whole messages together from what a socket gives. */
export class Receiver {
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the message that is being received; 4 until its length is known. */
  #needed = 4;

  take(piece: Buffer): WireRequest[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    // Joining at each piece would copy a large message again and again.
    if (this.#bytes < this.#needed) return [];
    const requests: WireRequest[] = [];
    let rest = Buffer.concat(this.#pieces);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      requests.push(parseMessage(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
    this.#pieces = [rest];
    this.#bytes = rest.length;
    this.#needed = rest.length >= 4 ? rest.readInt32LE(0) : 4;
    return requests;
  }
}

function parseMessage(message: Buffer): WireRequest {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  if (opcode === OP_QUERY) {
    const nameEnd = message.indexOf(0, HEADER_BYTES + 4);
    const at = nameEnd + 1 + 8;
    const command = deserialize(message.subarray(at, at + message.readInt32LE(at)));
    return { requestId, legacy: true, command };
  }
  if (opcode !== OP_MSG) throw new Error(`opcode ${opcode} is not known to this server`);
  return { requestId, legacy: false, command: parseSections(message) };
}

/** Section 0 is the command; sections 1 hold its lists of documents, such as those to insert. */
function parseSections(message: Buffer): Document {
  let command: Document = {};
  let at = HEADER_BYTES + 4;
  while (at < message.length) {
    const kind = message[at];
    at += 1;
    const size = message.readInt32LE(at);
    const section = message.subarray(at, at + size);
    if (kind === 0) command = { ...deserialize(section, AS_SENT), ...command };
    else {
      const nameEnd = section.indexOf(0, 4);
      const documents: Document[] = [];
      for (let inner = nameEnd + 1; inner < size; inner += section.readInt32LE(inner)) {
        documents.push(deserialize(section.subarray(inner, inner + section.readInt32LE(inner)), AS_SENT));
      }
      command = { ...command, [section.toString("utf8", 4, nameEnd)]: documents };
    }
    at += size;
  }
  return command;
}

export function encodeReply({ requestId, legacy }: WireRequest, reply: Document): Buffer {
  const body = Buffer.from(serialize(reply, { ignoreUndefined: true }));
  const lead = legacy ? legacyLead() : Buffer.from([0, 0, 0, 0, 0]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + lead.length + body.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(legacy ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, lead, body]);
}

/** Flags, cursor id, starting position, and one document. */
function legacyLead(): Buffer {
  const lead = Buffer.alloc(20);
  lead.writeInt32LE(8, 0);
  lead.writeInt32LE(1, 16);
  return lead;
}
