import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { notFound, sendJson, sendMessage, sendTagged } from "./answers";
import { KeptArchives } from "./kept-archives";
import { openRepository, type Repository } from "./repository";

/**
 * Answers the part of GitHub's REST API that an import uses, for git repositories and plain folders of this machine:
 * existence, commits, branches, languages, and the archive by way of a redirect, each with GitHub's own error bodies.
 */
export interface GitHubServerOptions {
  /** Each folder `root/owner/name` is the repository `owner/name`. */
  root?: string;
  /** Further repositories: `owner/name` to a folder. */
  repositories?: Record<string, string>;
  /** Repositories that need one of the tokens; without it they are not there. */
  private?: string[];
  tokens?: string[];
  port?: number;
  /** Each commit's archive is packed once and then kept, as GitHub does. */
  keepArchives?: boolean;
  /** Answers as an Enterprise Server does: the API is below /api/v3. */
  enterprise?: boolean;
  /** Former full names: they redirect to the present one, by its id. */
  renamed?: Record<string, string>;
  /** Called before each request is answered; may answer in the server's place, and then gives true. */
  onRequest?: (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
  /** Called before each archive is sent; may answer in its place (and then gives true), or wait. */
  onArchive?: (res: ServerResponse, repository: Repository) => Promise<boolean>;
}

export interface GitHubServer {
  /** Of the API. */
  url: string;
  /** Path and query of each request so far. */
  requests: string[];
  close(): Promise<void>;
}

/** Private archive links of GitHub's live for five minutes. */
const LINK_SECONDS = 300;

export async function startGitHubServer(options: GitHubServerOptions): Promise<GitHubServer> {
  const requests: string[] = [];
  const handler = new Handler(options);
  const server = createServer((req, res) => {
    requests.push(req.url ?? "");
    handler.handle(req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else sendMessage(res, 500, error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${apiPath(options)}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
    },
  };
}

function apiPath({ enterprise }: GitHubServerOptions): string {
  return enterprise === true ? "/api/v3" : "";
}

class Handler {
  readonly #secret = randomBytes(32);

  readonly #archives: KeptArchives | undefined;

  constructor(private readonly options: GitHubServerOptions) {
    this.#archives = options.keepArchives === true ? new KeptArchives() : undefined;
  }

  async close(): Promise<void> {
    await this.#archives?.close();
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? "/", "http://127.0.0.1");
    const path = decodeURI(url.pathname);
    if ((await this.options.onRequest?.(req, res)) === true) return;
    if (req.headers["user-agent"] === undefined) {
      sendMessage(
        res,
        403,
        "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
      );
      return;
    }
    const archive = /^\/_codeload\/([^/]+\/[^/]+)\/(.+)$/.exec(path);
    if (archive !== null)
      return await this.#archive(res, { fullName: archive[1] ?? "", commit: archive[2] ?? "", link: url.searchParams });
    const base = apiPath(this.options);
    if (!path.startsWith(base)) return sendPageOfHtml(res);
    const match = /^\/(?:repos|repositories)\/([^/]+\/[^/]+)(?:\/(.+))?$/.exec(path.slice(base.length));
    const fullName = match?.[1];
    const newName = this.options.renamed?.[fullName ?? ""];
    if (newName !== undefined) {
      const rest = match?.[2] === undefined ? "" : `/${match[2]}`;
      const present = `${base}/repositories/${newName}${rest}${url.search}`;
      res.writeHead(301, { Location: `http://${req.headers.host}${present}` }).end();
      return;
    }
    const token = /^(?:Bearer|token) (.+)$/i.exec(req.headers.authorization ?? "")?.[1];
    if (token !== undefined && !(this.options.tokens ?? []).includes(token)) {
      sendMessage(res, 401, "Bad credentials");
      return;
    }
    const repository = fullName === undefined ? undefined : await openRepository(fullName, this.options);
    if (repository === undefined || (repository.private && token === undefined)) return notFound(res);
    await this.#repository(req, res, { repository, rest: match?.[2] ?? "", url });
  }

  async #repository(
    req: IncomingMessage,
    res: ServerResponse,
    { repository, rest, url }: { repository: Repository; rest: string; url: URL },
  ): Promise<void> {
    const [kind = "", ...parts] = rest.split("/");
    const ref = parts.join("/");
    switch (kind) {
      case "":
        return sendJson(req, res, await repository.describe());
      case "tarball":
        return await this.#redirectToArchive(req, res, { repository, ref });
      case "commits": {
        const commit = await repository.resolve(ref);
        if (commit === "empty") return sendMessage(res, 409, "Git Repository is empty.");
        if (commit === undefined) return sendMessage(res, 422, `No commit found for SHA: ${ref}`);
        return sendTagged(req, res, { type: "application/vnd.github.sha; charset=utf-8", body: commit });
      }
      case "branches":
        return sendPage(req, res, { url, items: await repository.branches() });
      case "languages":
        return sendJson(req, res, await repository.languages());
      default:
        return notFound(res);
    }
  }

  async #redirectToArchive(
    req: IncomingMessage,
    res: ServerResponse,
    { repository, ref }: { repository: Repository; ref: string },
  ): Promise<void> {
    const commit = await repository.resolve(ref);
    if (commit === "empty" || commit === undefined) return notFound(res);
    const expires = String(Math.floor(Date.now() / 1000) + LINK_SECONDS);
    const link = repository.private ? `?expires=${expires}&token=${this.#sign(repository.fullName, expires)}` : "";
    const host = req.headers.host ?? "127.0.0.1";
    res.writeHead(302, { Location: `http://${host}/_codeload/${repository.fullName}/${commit}${link}` });
    res.end();
  }

  async #archive(
    res: ServerResponse,
    { fullName, commit, link }: { fullName: string; commit: string; link: URLSearchParams },
  ): Promise<void> {
    const repository = await openRepository(fullName, this.options);
    if (repository === undefined || (repository.private && !this.#isValid(fullName, link))) return notFound(res);
    if ((await this.options.onArchive?.(res, repository)) === true) return;
    res.writeHead(200, {
      "Content-Type": "application/x-gzip",
      "Content-Disposition": `attachment; filename=${fullName.replace("/", "-")}-${commit.slice(0, 7)}.tar.gz`,
    });
    if (this.#archives === undefined) await repository.sendArchive(commit, res);
    else await this.#archives.send(repository, { commit, out: res });
  }

  #sign(fullName: string, expires: string): string {
    return createHmac("sha256", this.#secret).update(`${fullName} ${expires}`).digest("hex");
  }

  #isValid(fullName: string, link: URLSearchParams): boolean {
    const expires = link.get("expires") ?? "";
    const given = Buffer.from(link.get("token") ?? "");
    const expected = Buffer.from(this.#sign(fullName, expires));
    return Number(expires) > Date.now() / 1000 && given.length === expected.length && timingSafeEqual(given, expected);
  }
}

/** What a server shows to browsers. */
function sendPageOfHtml(res: ServerResponse): void {
  res
    .writeHead(404, { "Content-Type": "text/html; charset=utf-8" })
    .end("<!DOCTYPE html><title>Page not found</title>");
}

/** One page of a list, with GitHub's Link header. */
function sendPage(req: IncomingMessage, res: ServerResponse, { url, items }: { url: URL; items: unknown[] }): void {
  const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 30) || 30);
  const page = Number(url.searchParams.get("page") ?? 1) || 1;
  const last = Math.max(1, Math.ceil(items.length / size));
  if (page < last) {
    const link = (n: number, rel: string) => `<${url.origin}${url.pathname}?per_page=${size}&page=${n}>; rel="${rel}"`;
    res.setHeader("Link", `${link(page + 1, "next")}, ${link(last, "last")}`);
  }
  sendJson(req, res, items.slice((page - 1) * size, page * size));
}
