import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const resolve = { alias: { "~encore": `${root}encore.gen` } };
const exclude = [
  "**/node_modules/**",
  "**/dist/**",
  "**/__tests__/apps/**",
  "**/__tests__/fixtures/**",
  "tests/acceptance/**",
];
const limits = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      { resolve, test: { name: "unit", include: ["**/*.test.ts"], exclude: [...exclude, "tests/**"], ...limits } },
      { resolve, test: { name: "integration", include: ["tests/**/*.test.ts"], exclude, ...limits } },
      {
        test: {
          name: "acceptance",
          include: ["tests/acceptance/**/*.test.ts"],
          globalSetup: "tests/acceptance/global-setup.ts",
          ...limits,
        },
      },
    ],
  },
});
