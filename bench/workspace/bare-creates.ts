import { Daytona } from "@daytonaio/sdk";
import { z } from "zod";

/** What this process is told: how many sandboxes to create at once, and what their names begin with. */
const order = z.object({ count: z.number(), prefix: z.string() });

const [apiUrl = "", apiKey = ""] = process.argv.slice(2);
const client = new Daytona({ apiKey, apiUrl });

process.on("message", (message) => {
  const { count, prefix } = order.parse(message);
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  Promise.all(names.map((name) => client.create({ name, language: "typescript" }, { timeout: 120 }))).then(
    () => process.send?.("done"),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exit(1);
    },
  );
});
