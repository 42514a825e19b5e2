import type { Gateway } from "../model/types";
import { importPath } from "./identifier";

const HEADER = "// Written by encore-local from the app's source. Changes are lost.\n";

/** Files of `~encore/auth`, by their path inside encore.gen. */
export function authFiles(gateways: Gateway[]): Record<string, string> {
  const handler = gateways.find(({ authHandler }) => authHandler !== undefined)?.authHandler;
  const own =
    handler === undefined
      ? `${HEADER}export type AuthData = null;

export function getAuthData(): AuthData | null {
  throw new Error("there is no auth data, because the app has no auth handler");
}
`
      : `${HEADER}import { getAuthData as readAuthData } from "encore.dev/internal/codegen/auth";
import type { ${handler.binding} } from ${importPath(handler.module, 3)};

export type AuthData = NonNullable<Awaited<ReturnType<typeof ${handler.binding}>>>;

export function getAuthData(): AuthData | null {
  return readAuthData<AuthData>();
}
`;
  return {
    "internal/auth/auth.ts": own,
    "auth/index.ts": `${HEADER}import type { AuthData } from "../internal/auth/auth";

declare module "encore.dev/api" {
  interface CallOpts {
    authData?: AuthData;
  }
}

export { type AuthData, getAuthData } from "../internal/auth/auth";
`,
  };
}
