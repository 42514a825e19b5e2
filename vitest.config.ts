import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  resolve: { alias: { "~encore": `${root}encore.gen` } },
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/__tests__/apps/**", "tests/acceptance/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
