import { type ErrorCode, STATUS } from "../runtime/api-error";

const pascal = (code: string): string =>
  code.replace(/(^|_)([a-z])/g, (_match, _underscore, letter: string) => letter.toUpperCase());

const codes = (Object.keys(STATUS) as ErrorCode[])
  .map((code) => `  /** HTTP status ${STATUS[code]} */\n  ${pascal(code)} = ${JSON.stringify(code)},\n`)
  .join("");

/** The parts of a generated client that are the same for every app: errors. */
export const ERRORS = `
interface APIErrorResponse {
  code: ErrCode;
  message: string;
  details?: any;
}

function isAPIErrorResponse(err: any): err is APIErrorResponse {
  return (
    typeof err === "object" &&
    err !== null &&
    isErrCode(err.code) &&
    typeof err.message === "string" &&
    (err.details === undefined || typeof err.details === "object")
  );
}

function isErrCode(code: any): code is ErrCode {
  return Object.values(ErrCode).includes(code);
}

/** What an endpoint failed with. */
export class APIError extends Error {
  /** The HTTP status; 0 where none is known, as of a WebSocket that could not be opened. */
  public readonly status: number;

  /** The kind of failure */
  public readonly code: ErrCode;

  /** Particulars that the endpoint gave */
  public readonly details?: any;

  constructor(status: number, response: APIErrorResponse) {
    super(response.message);
    Object.defineProperty(this, "name", { value: "APIError", enumerable: false, configurable: true });
    // For compilers that target a language without classes.
    Object.setPrototypeOf(this, APIError.prototype);
    this.status = status;
    this.code = response.code;
    this.details = response.details;
  }
}

/** Whether an error is one that an endpoint failed with. */
export function isAPIError(err: any): err is APIError {
  return err instanceof APIError;
}

export enum ErrCode {
  /** No failure; HTTP status 200 */
  OK = "ok",

${codes}}
`;
