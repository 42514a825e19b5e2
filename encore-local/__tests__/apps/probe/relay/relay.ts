import { currentRequest } from "encore.dev";
import { api } from "encore.dev/api";
import { probe } from "~encore/clients";

export const relayNumbers = api(
  { expose: true, method: "GET", path: "/relay/numbers" },
  async ({ count }: { count: number }): Promise<{ numbers: number[]; dates: boolean }> => {
    const stream = await probe.numbers({ count });
    const seen: { n: number; at: Date }[] = [];
    for await (const message of stream) seen.push(message);
    return { numbers: seen.map(({ n }) => n), dates: seen.every(({ at }) => at instanceof Date) };
  },
);

export const relayTotal = api(
  { expose: true, method: "GET", path: "/relay/total" },
  async (): Promise<{ total: number }> => {
    const stream = await probe.total();
    for (const n of [1, 2, 3, -1]) await stream.send({ n });
    return await stream.response();
  },
);

export const keepsItsRequest = api(
  { expose: true, method: "GET", path: "/relay/request" },
  async (): Promise<{ inside: string; before: string; after: string }> => {
    const name = () => {
      const request = currentRequest();
      return request?.type === "api-call" ? request.api.endpoint : "none";
    };
    const before = name();
    const { endpoint: inside } = await probe.nameOfCaller();
    await probe.nothing();
    return { inside, before, after: name() };
  },
);
