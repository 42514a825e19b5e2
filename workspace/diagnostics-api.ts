import { api } from "encore.dev/api";
import { currentUser } from "../auth/current-user";
import { type Diagnostics, diagnose } from "./diagnostics/diagnose";

/** What is right and wrong with the Daytona configuration and with your workspaces, each with its cause and remedy. */
export const getDiagnostics = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/diagnostics" },
  async (): Promise<Diagnostics> => await diagnose({ ownerId: currentUser() }),
);
