/**
 * The runtime module that the encore.dev package loads through ENCORE_RUNTIME_LIB: every name that
 * `encore.dev/internal/runtime/napi` takes from it. Classes of primitives that encore-local refuses are left out.
 */
export { Decimal } from "../codec/decimal";
export * from "../primitives/runtime-registry";
export { LogLevel } from "./host";
export { Request } from "./request";
export { Runtime } from "./runtime";
export { ApiCallError, ApiCallError as APICallError } from "./service-calls";

export const ObjectErrorKind = { NotFound: 0, PreconditionFailed: 1, InvalidArgument: 2, Other: 3, Internal: 4 };
