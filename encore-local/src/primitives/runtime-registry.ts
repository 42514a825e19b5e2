import { meta } from "./meta/runtime";
import { metrics } from "./metrics/runtime";
import { pubsub } from "./pubsub/runtime";
import type { StartPrimitive } from "./running";
import { secrets } from "./secrets/runtime";
import { sqldb } from "./sqldb/runtime";

// What the SDK takes from the runtime module by name, primitive by primitive.
export { BodyReader } from "./api/body-reader";
export { ResponseWriter } from "./api/response-writer";
export { Gateway } from "./gateway/runtime";
export { Logger } from "./log/runtime";
export { CloudProvider, EnvironmentType } from "./meta/runtime";
export { MetricsRegistry } from "./metrics/registry";
export { MetricType } from "./metrics/runtime";
export { PubSubSubscription, PubSubTopic } from "./pubsub/runtime";
export { Secret } from "./secrets/runtime";
export { Cursor, Row } from "./sqldb/rows";
export {
  QueryArgs,
  SqlConn,
  SqlConn as SQLConn,
  SqlDatabase,
  SqlDatabase as SQLDatabase,
  Transaction,
} from "./sqldb/runtime";
export { Sink, Socket, Stream, WebSocketClient } from "./stream/ends";

/** In the order in which they are to end, once no request runs any more. */
export const RUNTIME_PRIMITIVES: readonly StartPrimitive[] = [secrets, meta, metrics, pubsub, sqldb];
