import { api } from "encore.dev/api";

interface Health {
  status: "ok";
}

/** Whether the process serves requests. The one endpoint that needs no sign-in. */
export const healthz = api({ expose: true, method: "GET", path: "/healthz" }, async (): Promise<Health> => {
  return { status: "ok" };
});
