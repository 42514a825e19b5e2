import path from "node:path";
import { typescriptClient } from "../client/typescript-client";
import { GENERATED_FOLDER, writeGenerated } from "../gen/write";
import { type Command, parseCommandArgs, UsageError } from "./command";
import { readAcceptedApp } from "./read-accepted-app";
import { writeOutput } from "./write-output";

export const genCommand: Command = {
  name: "gen",
  summary: "writes encore.gen, or a client for callers outside of the app",
  help: `encore-local gen
encore-local gen client --lang typescript [--output FILE] [--target URL]

Without more, writes encore.gen, which holds ~encore/clients and ~encore/auth, from the app's source. 'run' and 'test' do so
themselves; this is for editors and type checks.

  gen client       writes a typed client for what the app exposes: endpoints, streams, errors, auth. It needs no package, and
                   works in a browser and in Node; for streams in Node before version 22 give it a WebSocket, such as that of
                   the package ws: new Client(url, { webSocket: WebSocket })

  --lang NAME      the client's language: typescript
  --output FILE    writes the file; standard output without it
  --target URL     exports a client of the app that is served there, in place of the class
`,
  async run(args) {
    const [what, ...rest] = args;
    if (what === "client") return generateClient(rest);
    parseCommandArgs({ args, options: {} });
    const model = readAcceptedApp();
    if (model === undefined) return 1;
    writeGenerated(model);
    console.log(`wrote ${path.join(model.root, GENERATED_FOLDER)}`);
    return 0;
  },
};

function generateClient(args: string[]): number {
  const { values } = parseCommandArgs({
    args,
    options: {
      lang: { type: "string", short: "l", default: "typescript" },
      output: { type: "string", short: "o" },
      target: { type: "string" },
    },
  });
  if (!["typescript", "ts"].includes(values.lang)) {
    throw new UsageError(`--lang ${values.lang}: it must be typescript; Encore's own CLI writes others`);
  }
  if (values.target !== undefined && !URL.canParse(values.target)) {
    throw new UsageError(`--target ${values.target} is no URL`);
  }
  const model = readAcceptedApp();
  if (model === undefined) return 1;
  writeOutput(typescriptClient(model, values.target === undefined ? {} : { target: values.target }), values.output);
  return 0;
}
