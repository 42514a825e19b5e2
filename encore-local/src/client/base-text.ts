/** The parts of a generated client that are the same for every app: types of calls over HTTP. */
export const BASE_TYPES = `
/** The function that makes requests; the platform's own unless another is given. */
export type Fetcher = typeof fetch;

type CallParameters = Omit<RequestInit, "method" | "body" | "headers"> & {
  /** Headers to send with the request */
  headers?: Record<string, string>;

  /** Query parameters to send with the request */
  query?: Record<string, string | string[]>;
};
`;

/** Functions that a client has only if it calls them: a strict compiler takes no others. */
export const HELPERS: Record<string, string> = {
  makeRecord: `
/** Drops what is undefined. */
function makeRecord<V>(record: Record<string, V | undefined>): Record<string, V> {
  const given: Record<string, V> = {};
  for (const [name, value] of Object.entries(record)) {
    if (value !== undefined) given[name] = value;
  }
  return given;
}
`,
  queryText: `
function queryText(value: any): string | string[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(String) : String(value);
}
`,
  headerText: `
function headerText(value: any): string | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}
`,
  encodeQuery: `
function encodeQuery(query: Record<string, string | string[]> | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((text) => encodeURIComponent(name) + "=" + encodeURIComponent(text)),
  );
  return pairs.length === 0 ? "" : "?" + pairs.join("&");
}
`,
  readJSON: `
/** An answer without a body is an object without fields. */
async function readJSON<T>(resp: globalThis.Response): Promise<T> {
  const text = await resp.text();
  return (text === "" ? {} : JSON.parse(text)) as T;
}
`,
  optionalHeader: `
function optionalHeader(resp: globalThis.Response, name: string, read: (text: string) => any): any {
  const text = resp.headers.get(name);
  return text === null ? undefined : read(text);
}
`,
  requiredHeader: `
function requiredHeader<T>(resp: globalThis.Response, name: string, read: (text: string) => T): T {
  const text = resp.headers.get(name);
  if (text !== null) return read(text);
  throw new APIError(resp.status, { code: ErrCode.DataLoss, message: "the answer lacks the header " + name });
}
`,
};

/** `auth` holds the lines of \`getAuthData\`, and what keeps the generator. */
export function baseClient({ userAgent, auth }: { userAgent: string; auth: AuthText }): string {
  return `
class BaseClient {
  readonly baseURL: string;
  readonly fetcher: Fetcher;
  readonly headers: Record<string, string>;
  readonly requestInit: Omit<RequestInit, "headers"> & { headers?: Record<string, string> };
  readonly webSocket: WebSocketConstructor | undefined;
${auth.field}
  constructor(baseURL: string, options: ClientOptions) {
    this.baseURL = baseURL.replace(/\\/+$/, "");
    // Browsers let no script set this header.
    this.headers = BROWSER ? {} : { "User-Agent": ${JSON.stringify(userAgent)} };
    this.requestInit = options.requestInit ?? {};
    this.fetcher = options.fetcher ?? globalThis.fetch.bind(globalThis);
    this.webSocket = options.webSocket;
${auth.setUp}  }

  async getAuthData(): Promise<CallParameters | undefined> {
${auth.read}  }

  async createStreamInOut<Request, Response>(path: string, params?: CallParameters): Promise<StreamInOut<Request, Response>> {
    return new StreamInOut(...(await this.streamTarget(path, params)));
  }

  async createStreamIn<Response>(path: string, params?: CallParameters): Promise<StreamIn<Response>> {
    return new StreamIn(...(await this.streamTarget(path, params)));
  }

  async createStreamOut<Request, Response>(
    path: string,
    params: CallParameters | undefined,
    answers: boolean,
  ): Promise<StreamOut<Request, Response>> {
    const [url, headers, webSocket] = await this.streamTarget(path, params);
    return new StreamOut(url, headers, webSocket, answers);
  }

  private async streamTarget(
    path: string,
    params: CallParameters | undefined,
  ): Promise<[url: string, headers: Record<string, string>, webSocket: WebSocketConstructor | undefined]> {
    const authData = await this.getAuthData();
    const query = encodeQuery({ ...params?.query, ...authData?.query });
    return [this.baseURL + path + query, { ...params?.headers, ...authData?.headers }, this.webSocket];
  }

  /** Makes a call with a JSON body. */
  public async callTypedAPI(
    method: string,
    path: string,
    body?: RequestInit["body"],
    params?: CallParameters,
  ): Promise<globalThis.Response> {
    return this.callAPI(method, path, body, {
      ...params,
      headers: { "Content-Type": "application/json", ...params?.headers },
    });
  }

  /** Makes a call. Any answer but a good one becomes an APIError. */
  public async callAPI(
    method: string,
    path: string,
    body?: RequestInit["body"],
    params?: CallParameters,
  ): Promise<globalThis.Response> {
    const { query, headers, ...rest } = params ?? {};
    const authData = await this.getAuthData();
    const init: RequestInit = {
      ...this.requestInit,
      ...rest,
      method,
      body: body ?? null,
      headers: { ...this.headers, ...this.requestInit.headers, ...headers, ...authData?.headers },
    };
    const target = this.baseURL + path + encodeQuery({ ...query, ...authData?.query });
    const response = await this.fetcher(target, init);
    if (!response.ok) throw new APIError(response.status, await readError(response));
    return response;
  }
}

async function readError(response: globalThis.Response): Promise<APIErrorResponse> {
  const text = await response.text().catch(String);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (isAPIErrorResponse(body)) return body;
  return { code: ErrCode.Unknown, message: "request failed: status " + response.status + (text === "" ? "" : ": " + text) };
}
`;
}

export interface AuthText {
  /** The member that keeps the generator. */
  field: string;
  /** Lines of the constructor. */
  setUp: string;
  /** Lines that give the parameters. */
  read: string;
}
