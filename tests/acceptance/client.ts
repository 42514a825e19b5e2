import { inject } from "vitest";
import { DocumentJudge } from "../../encore-local/__tests__/support/document-judge";

/** Everything that the acceptance tests know of the server: where it is and who asks. They may not import the app. */
export const baseUrl: string = inject("vaporformUrl");

/** A repository that the server can import, with a package.json at its root. */
export const repository: string = inject("vaporformRepository");

const judge = new DocumentJudge(JSON.parse(inject("vaporformDocument")));

const token = process.env.VAPORFORM_TOKEN ?? "dev:acceptance";

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface ErrorBody {
  code: string;
  message: string;
  details: { reason: string; hint: string; retryable: boolean } | null;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Null sends no credentials. */
  token?: string | null;
}

/** One request with a JSON body and a JSON answer. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const bearer = options.token === undefined ? token : options.token;
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  requireDocumented({ method, path, response, text });
  return { status: response.status, headers: response.headers, body: (text === "" ? null : JSON.parse(text)) as T };
}

interface Exchange {
  method: string;
  path: string;
  response: Response;
  text: string;
}

/** Every answer that these tests get is one that the OpenAPI document tells of. */
function requireDocumented({ method, path, response, text }: Exchange): void {
  const operation = { method: method.toLowerCase(), template: "" };
  const template = judge.templateFor(path.split("?")[0] ?? "", operation.method);
  if (template === undefined) return;
  const { status, headers } = response;
  const fault = judge.fault({ ...operation, template }, { status, headers: Object.fromEntries(headers), text });
  if (fault !== undefined)
    throw new Error(`${method} ${path} answered ${status}, and the OpenAPI document differs: ${fault}`);
}

/** One request with bytes in place of JSON, signed in. */
export async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(`${baseUrl}${path}`, {
    ...init,
    method,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
  });
}

/** Asks until the answer is as wanted; the last answer is in the error when it never is. */
export async function until<T>(ask: () => Promise<T>, wanted: (value: T) => boolean, timeoutMs = 60_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A name that no other run uses. */
export function uniqueName(stem: string): string {
  return `${stem} ${crypto.randomUUID()}`;
}

export async function emptyProject(): Promise<string> {
  return (await call<{ id: string }>("POST", "/projects", { body: { name: uniqueName("files") } })).body.id;
}
