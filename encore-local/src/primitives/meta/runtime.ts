import type { RuntimeHost } from "../../runtime/host";
import type { StartPrimitive } from "../running";

/** The numbers of the SDK's enums. */
export const EnvironmentType = { Production: 0, Development: 1, Ephemeral: 2, Test: 3 } as const;
export const CloudProvider = { AWS: 0, GCP: 1, Azure: 2, Encore: 3, Local: 4 } as const;

interface AppMeta {
  appId: string;
  apiBaseUrl: string;
  environment: { name: string; type: number; cloud: number };
  build: { revision: string; uncommittedChanges: boolean };
  deploy: { id: string; deployTime: string; hostedServices: Record<string, { name: string }> };
}

/** What the app may know of where it runs. */
function appMeta({ config, testMode }: Pick<RuntimeHost, "config" | "testMode">): AppMeta {
  const { model, apiBaseUrl } = config;
  return {
    appId: model.app.id,
    apiBaseUrl,
    environment: {
      name: "local",
      type: testMode ? EnvironmentType.Test : EnvironmentType.Development,
      cloud: CloudProvider.Local,
    },
    build: { revision: "", uncommittedChanges: false },
    deploy: {
      id: "",
      deployTime: new Date().toISOString(),
      hostedServices: Object.fromEntries(model.services.map(({ name }) => [name, { name }])),
    },
  };
}

export const meta: StartPrimitive = (host) => {
  const described = appMeta(host);
  return { methods: { appMeta: () => described } };
};
