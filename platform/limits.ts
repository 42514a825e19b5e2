import { z } from "zod";

/** How much anybody may ask. */
export interface RequestLimits {
  perUserPerMinute: number;
  /** Higher: a company's users come from one address. */
  perAddressPerMinute: number;
}

/** What a user may have of streams. */
export interface StreamLimits {
  openPerUser: number;
  /** What the user sends; a long message counts as several. */
  messagesPerUserPerMinute: number;
}

const REQUEST_DEFAULTS: RequestLimits = { perUserPerMinute: 1_200, perAddressPerMinute: 6_000 };
/** A person types ten times in a second at most, and has a few windows open. */
const STREAM_DEFAULTS: StreamLimits = { openPerUser: 50, messagesPerUserPerMinute: 6_000 };

const number = z.coerce.number().int().positive().optional();
const requestVariables = z.object({
  VAPORFORM_REQUESTS_PER_MINUTE: number,
  VAPORFORM_REQUESTS_PER_MINUTE_PER_ADDRESS: number,
});
const streamVariables = z.object({
  VAPORFORM_STREAMS_PER_USER: number,
  VAPORFORM_STREAM_MESSAGES_PER_MINUTE: number,
});

/** From the environment. On a developer's machine, whose one user may do as he likes, there are none unless they are set. */
export function requestLimits(env: NodeJS.ProcessEnv, cloud: string): RequestLimits | null {
  const { VAPORFORM_REQUESTS_PER_MINUTE: user, VAPORFORM_REQUESTS_PER_MINUTE_PER_ADDRESS: address } =
    requestVariables.parse(env);
  if (cloud === "local" && user === undefined && address === undefined) return null;
  return {
    perUserPerMinute: user ?? REQUEST_DEFAULTS.perUserPerMinute,
    perAddressPerMinute: address ?? REQUEST_DEFAULTS.perAddressPerMinute,
  };
}

/** From the environment; the same everywhere. */
export function streamLimits(env: NodeJS.ProcessEnv): StreamLimits {
  const { VAPORFORM_STREAMS_PER_USER: open, VAPORFORM_STREAM_MESSAGES_PER_MINUTE: messages } =
    streamVariables.parse(env);
  return {
    openPerUser: open ?? STREAM_DEFAULTS.openPerUser,
    messagesPerUserPerMinute: messages ?? STREAM_DEFAULTS.messagesPerUserPerMinute,
  };
}
