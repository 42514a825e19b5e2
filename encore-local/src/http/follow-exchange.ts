import { type ActivityRecorder, type Caller, type ServedRequest, shortened } from "../runtime/activity";
import { describeFailure } from "../runtime/describe-call";
import type { Exchange } from "./exchange";

const AGENT_LENGTH = 100;

/** Tells of a request from outside once its answer has left. */
export function followExchange(exchange: Exchange, recorder: ActivityRecorder): void {
  const from = performance.now();
  exchange.response.on("close", () => {
    const ms = performance.now() - from;
    recorder.record(() => describe(exchange, { id: recorder.nextId(), ms }));
  });
}

function describe(exchange: Exchange, { id, ms }: { id: number; ms: number }): ServedRequest {
  const { response, endpoint, failure, traceId } = exchange;
  return {
    kind: "request",
    id,
    at: Date.now() - ms,
    ms,
    method: exchange.method,
    // Without the query, which may hold credentials.
    path: shortened(exchange.target.path),
    status: response.headersSent ? response.statusCode : 0,
    ...(endpoint === undefined ? {} : { service: endpoint.service, endpoint: endpoint.name }),
    ...(failure === undefined ? {} : { error: describeFailure(failure) }),
    ...(response.writableFinished ? {} : { cutOff: true }),
    caller: outsideCaller(exchange),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

export function outsideCaller({ request }: Exchange): Caller {
  const agent = request.headers["user-agent"];
  return agent === undefined ? { kind: "http" } : { kind: "http", agent: agent.slice(0, AGENT_LENGTH) };
}
