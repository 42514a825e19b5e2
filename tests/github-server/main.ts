import path from "node:path";
import { parseArgs } from "node:util";
import { startGitHubServer } from "./server";

const USAGE = `npm run github-server -- --root DIR [--port N] [--token T ...] [--private owner/name ...]
  [--keep-archives] [--enterprise]

Answers the part of GitHub's REST API that an import uses, on loopback, for each git repository or folder DIR/owner/name.
With --keep-archives, each commit's archive is packed once and then kept, as GitHub does. With --enterprise, the API is below
/api/v3, as an Enterprise Server has it.
Start the backend with GITHUB_API_URL set to the address that is printed.
`;

const { values } = parseArgs({
  options: {
    root: { type: "string" },
    port: { type: "string", default: "3985" },
    token: { type: "string", multiple: true, default: [] },
    private: { type: "string", multiple: true, default: [] },
    "keep-archives": { type: "boolean", default: false },
    enterprise: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help || values.root === undefined) {
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const root = path.resolve(values.root);
  const server = await startGitHubServer({
    root,
    port: Number(values.port),
    tokens: values.token,
    private: values.private,
    keepArchives: values["keep-archives"],
    enterprise: values.enterprise,
  });
  console.log(`GitHub's API for ${root} is at ${server.url}`);
  console.log(`  GITHUB_API_URL=${server.url} npm start`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void server.close().then(() => process.exit(0));
    });
  }
}
