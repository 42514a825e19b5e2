import type { RuntimeHost } from "../runtime/host";
import { type AppMeta, appMeta } from "./meta/runtime";
import { createPubSub, type PubSub } from "./pubsub/runtime";
import { createSecrets, type Secret } from "./secrets/runtime";
import { createSqlDatabases, type SqlDatabases } from "./sqldb/runtime";

// What the SDK takes from the runtime module by name, primitive by primitive.
export { BodyReader } from "./api/body-reader";
export { ResponseWriter } from "./api/response-writer";
export { Gateway } from "./gateway/runtime";
export { Logger } from "./log/runtime";
export { CloudProvider, EnvironmentType } from "./meta/runtime";
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

/** The running primitives of one app. */
export interface Primitives {
  databases: SqlDatabases;
  pubsub: PubSub;
  secret: (name: string) => Secret | null;
  appMeta: AppMeta;
  /** In the order in which they are to end, once no request runs any more. */
  shutdownSteps: (() => Promise<void>)[];
}

export function createPrimitives(host: RuntimeHost): Primitives {
  const databases = createSqlDatabases(host);
  const pubsub = createPubSub(host);
  return {
    databases,
    pubsub,
    secret: createSecrets(host),
    appMeta: appMeta(host),
    shutdownSteps: [() => pubsub.drain(), () => databases.close()],
  };
}
