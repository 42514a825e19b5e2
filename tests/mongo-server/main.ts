import { parseArgs } from "node:util";
import { startMongoServer } from "./server";

const { values } = parseArgs({ options: { port: { type: "string", default: "27017" } } });
const server = await startMongoServer({ port: Number(values.port) });
console.log(server.uri);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void server.close().finally(() => process.exit(0)));
}
