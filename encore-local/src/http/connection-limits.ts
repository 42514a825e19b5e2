/** How long a client may be slow, and how much may wait for it. */
export interface ConnectionLimits {
  /** To the end of a request's headers, from its first byte or, for the first one, from the connection's beginning. */
  headersMs: number;
  /** How long a connection may be idle between two requests. Another length than `stallMs`. */
  keepAliveMs: number;
  /** In each of these a client sends `bodyBytesPerWindow` of its body, or the rest of it. */
  bodyWindowMs: number;
  bodyBytesPerWindow: number;
  /** How long a client may take nothing of an answer that waits for it. */
  stallMs: number;
  /** WebSockets are asked this often whether anybody is there; no answer until the next time means no. */
  pingMs: number;
  /** What may wait for a WebSocket's client. */
  socketWaitingBytes: number;
  /** Of one message that comes on a WebSocket: what Encore's runtime takes in one frame. */
  socketMessageBytes: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headersMs: 20_000,
  keepAliveMs: 60_000,
  bodyWindowMs: 30_000,
  // Half a kilobyte a second.
  bodyBytesPerWindow: 15_000,
  stallMs: 45_000,
  pingMs: 30_000,
  socketWaitingBytes: 16 * 1024 ** 2,
  socketMessageBytes: 16 * 1024 ** 2,
};
