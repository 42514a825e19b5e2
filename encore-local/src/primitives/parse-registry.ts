import type { PrimitiveLists } from "../model/types";
import { apiParser } from "./api/parse";
import { cronParser } from "./cron/parse";
import { authHandlerParser, gatewayParser } from "./gateway/parse";
import { metricsParser } from "./metrics/parse";
import type { PrimitiveParser } from "./parser";
import { subscriptionParser, topicParser } from "./pubsub/parse";
import { secretsParser } from "./secrets/parse";
import { serviceParser } from "./service/parse";
import { sqldbParser } from "./sqldb/parse";

/** All that encore-local knows. What `encore.dev` offers beyond it is refused by name (see model/refused.ts). */
export const PRIMITIVE_PARSERS: readonly PrimitiveParser[] = [
  secretsParser,
  serviceParser,
  apiParser,
  authHandlerParser,
  gatewayParser,
  sqldbParser,
  topicParser,
  subscriptionParser,
  cronParser,
  metricsParser,
];

/** All parts of the model that primitives fill, empty. */
export const emptyLists = (): PrimitiveLists => ({
  ...secretsParser.lists(),
  ...gatewayParser.lists(),
  ...sqldbParser.lists(),
  ...topicParser.lists(),
  ...subscriptionParser.lists(),
  ...cronParser.lists(),
  ...metricsParser.lists(),
});
