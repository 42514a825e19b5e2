import Client, { type APIError, type ClientOptions, ErrCode, isAPIError } from "./client";

/** What a caller of the app of the recorded cases sees, as plain data. */
export async function session(url: string, options: ClientOptions): Promise<Record<string, unknown>> {
  const client = new Client(`${url}/`, options);
  const signedIn = client.with({ auth: { authorization: "Bearer good" } });
  const { echo, stream } = client;
  const sent: { url: string; custom: string | null }[] = [];
  const watched = client.with({
    fetcher: (input, init) => {
      sent.push({ url: String(input), custom: new Headers(init?.headers).get("x-agent") });
      return fetch(input, init);
    },
  });
  const upload = await stream.upload("ann");
  await upload.send({ value: 1, done: false });
  await upload.send({ value: 2, done: true });
  const guarded = await signedIn.stream.guarded();
  return {
    headers: await echo.headers({ agent: "me", times: 3, on: true }),
    watched: (await watched.echo.headers({ agent: "you" })).echoed,
    sent: sent.map(({ url: target, custom }) => [target.replace(url, ""), custom]),
    setCookie: (await echo.setCookie()).ok,
    noResponse: await echo.noResponse(),
    big: (await echo.responseShapes()).big,
    asset: await (await client.static_site.assets("GET", ["a.css"])).text(),
    answer: await upload.response(),
    guarded: await guarded.next(),
    afterwards: await guarded.next(),
    details: await echo.throwDetails().catch((error: APIError) => error.details),
    codes: await Promise.all(FAILURES.map((code) => thrown(client, code))),
    forbidden: await client
      .with({ auth: { authorization: "Bearer denied" } })
      .guard.protectedEndpoint()
      .catch(codeOf),
  };
}

const FAILURES = Object.values(ErrCode).filter((code) => code !== ErrCode.OK);

const codeOf = (error: unknown): string => (isAPIError(error) ? `${error.status} ${error.code}` : String(error));

async function thrown(client: Client, code: ErrCode): Promise<string> {
  return await client.echo.throwCode(code).then(() => "nothing", codeOf);
}
