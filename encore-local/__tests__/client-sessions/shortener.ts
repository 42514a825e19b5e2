import Client, { type ClientOptions, ErrCode, isAPIError } from "./client";

/** What a caller of the shortener app sees, as plain data. */
export async function session(url: string, options: ClientOptions): Promise<Record<string, unknown>> {
  const { url: links, stats } = new Client(url, options);
  const target = "https://encore.dev/docs";
  const made = await links.shorten({ target, id: "docs", tags: ["a"], onConflict: "reuse" });
  const taken = await links
    .shorten({ target: `${target}/other`, id: "docs", onConflict: "fail" })
    .catch((error: unknown) =>
      isAPIError(error) && error.code === ErrCode.AlreadyExists ? [error.status, error.details] : String(error),
    );
  const followed = await links
    .follow("GET", ["nowhere"])
    .catch((error: unknown) => (isAPIError(error) ? [error.status, error.code, error.message] : String(error)));
  return {
    made,
    taken,
    got: await links.get("docs"),
    tagged: await links.list({ tag: ["a"], limit: 5 }),
    followed,
    counted: (await stats.of("docs")).target,
  };
}
