import type { AuthHandler, Gateway } from "../primitives/gateway/parse";
import { importPath } from "./identifier";

const HEADER = "// Written by encore-local from the app's source. Changes are lost.\n";

const AUGMENTATION = `
declare module "encore.dev/api" {
  interface CallOpts {
    authData?: AuthData;
  }
}
`;

/** Files of `~encore/auth`, by their path inside encore.gen. */
export function authFiles(gateways: Gateway[]): Record<string, string> {
  const handler = gateways.find(({ authHandler }) => authHandler !== undefined)?.authHandler;
  return {
    "internal/auth/auth.ts": HEADER + (handler === undefined ? WITHOUT_HANDLER : withHandler(handler)) + AUGMENTATION,
    "auth/index.ts": `${HEADER}export { type AuthData, getAuthData } from "../internal/auth/auth";
`,
  };
}

const WITHOUT_HANDLER = `export type AuthData = null;

export function getAuthData(): AuthData | null {
  throw new Error("there is no auth data, because the app has no auth handler");
}
`;

function withHandler({ binding, module }: AuthHandler): string {
  return `import { getAuthData as readAuthData } from "encore.dev/internal/codegen/auth";
import type { ${binding} } from ${importPath(module, 3)};

export type AuthData = Awaited<ReturnType<typeof ${binding}>>;

export function getAuthData(): AuthData | null {
  return readAuthData<NonNullable<AuthData>>();
}
`;
}
