import type { ActivityRecorder } from "./activity";
import type { RuntimeConfig } from "./config";
import type { MessageData, Request } from "./request";

/** The numbers of the SDK's `LogLevel`. */
export const LogLevel = { Trace: 1, Debug: 2, Info: 3, Warn: 4, Error: 5 } as const;
export type LogLevelValue = (typeof LogLevel)[keyof typeof LogLevel];

export interface RuntimeLogger {
  log(
    request: Request | null | undefined,
    level: LogLevelValue,
    message: string,
    error?: Error,
    caller?: string,
    fields?: Record<string, unknown>,
  ): void;
  withLevel(level: LogLevelValue): RuntimeLogger;
  with(fields: Record<string, unknown>): RuntimeLogger;
}

/** A message between `publish` and its delivery: JSON, with the fields that are attributes beside it. */
export interface EncodedMessage {
  body: string;
  attributes: Record<string, string>;
}

export interface MessageCodec {
  /** @throws when the value is no object, or holds what JSON cannot carry. */
  encode(message: unknown): EncodedMessage;
  /** Dates, big integers and decimals are again what the app published. */
  decode(message: EncodedMessage): unknown;
}

/** What the runtime gives to each primitive. */
export interface RuntimeHost {
  readonly config: RuntimeConfig;
  readonly secrets: Readonly<Record<string, string>>;
  /** True under `encore-local test`: subscriptions do not run, and a published message goes nowhere. */
  readonly testMode: boolean;
  readonly logger: RuntimeLogger;
  /** Absent when nobody asks what the app does. */
  readonly recorder?: ActivityRecorder;
  /** Makes a `Decimal` of encore.dev/types, which primitives hand to the app. */
  decimal(value: string): unknown;
  /** The request that a subscription's handler runs in. */
  newMessageRequest(message: Omit<MessageData, "kind">): Request;
  /** @throws when the model has no such topic. */
  messageCodec(topic: string): MessageCodec;
}
