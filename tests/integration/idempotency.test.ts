import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { topFields, wireName } from "../../encore-local/src/endpoint/fields";
import { exposedEndpoints, vaporformModel } from "../support/endpoints";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";

let postgres: SharedPostgres;
let server: Vaporform;

beforeAll(async () => {
  postgres = await startSharedPostgres();
  server = await startVaporform({ env: postgres.env });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

async function create(name: string, key: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/projects`, {
    method: "POST",
    headers: { authorization: "Bearer dev:again", "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ name }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const keys = async (): Promise<unknown[]> =>
  (await postgres.query<{ key: string }>("SELECT key FROM idempotency_keys ORDER BY key")).map(({ key }) => key);

const sweep = async (): Promise<Response> => await fetch(`${server.url}/auth.sweepRequests`, { method: "POST" });

describe("an Idempotency-Key", () => {
  it("is kept for a day, and not longer", async () => {
    const first = await create("kept", "young");
    await create("forgotten", "old");
    await postgres.query("UPDATE idempotency_keys SET created_at = now() - interval '23 hours' WHERE key = 'young'");
    await postgres.query("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'old'");
    expect((await sweep()).ok).toBe(true);
    expect(await keys()).toEqual(["young"]);
    expect(await create("kept", "young")).toEqual(first);
    // As a request that was never sent: the name is taken.
    expect((await create("forgotten", "old")).body).toMatchObject({ code: "already_exists" });
  });

  it("is swept together with what instances that died had open", async () => {
    await postgres.query(
      `INSERT INTO open_streams (id, user_id, lease_until) VALUES
         (gen_random_uuid(), 'alive', now()), (gen_random_uuid(), 'dead', now() - interval '2 minutes')`,
    );
    await sweep();
    expect(await postgres.query("SELECT user_id FROM open_streams")).toEqual([{ user_id: "alive" }]);
  });

  it("of a process that died is taken over once its lease is over, by the same request alone", async () => {
    await create("before", "dead");
    await postgres.query(
      "UPDATE idempotency_keys SET response = NULL, lease_until = now() + interval '1 minute' WHERE key = 'dead'",
    );
    expect((await create("before", "dead")).body).toMatchObject({ details: { reason: "idempotency_key_in_use" } });
    await postgres.query("UPDATE idempotency_keys SET lease_until = now() - interval '1 second' WHERE key = 'dead'");
    expect((await create("another", "dead")).body).toMatchObject({ details: { reason: "idempotency_key_reused" } });
    // It is carried out, and finds what the first one left.
    expect((await create("before", "dead")).body).toMatchObject({ details: { reason: "project_name_taken" } });
  });

  it("keeps no answer to a request that failed", async () => {
    await create("taken", "first");
    expect((await create("taken", "second")).status).toBe(409);
    expect(await keys()).not.toContain("second");
  });
});

/** POSTs without a key, and why the same request again does no harm, or must not be kept. */
const WITHOUT_KEY: Record<string, string> = {
  "github-import.cancel": "cancelling twice is cancelling",
  "github-import.retry": "an import that runs is not retried",
  "vfs.writeFiles": "paths are keys, and conditions on ETags say what is expected",
  "vfs.checkProject": "only reads",
  "vfs.makeEmptyDirectory": "the path is the key",
  "vfs.move": "the path is the key",
  "vfs.restore": "the path and the version are the key",
  "vfs.writeFileFromJson": "the path is the key",
  "workspace.exec": "runs as often as it is asked to; its answer is not to be kept",
  "workspace.codeRun": "runs as often as it is asked to; its answer is not to be kept",
  "workspace.startBackgroundProcess": "its answer has the command, which is not to be kept",
  "workspace.run": "a project that runs is not run again",
  "workspace.createSshAccess": "its answer is a credential, and a new one ends the one before",
  "workspace.sync": "what is the same on both sides is not sent",
  "workspace.start": "starting twice is starting",
  "workspace.stop": "stopping twice is stopping",
  "workspace.restart": "a restart that waits is the same restart",
};

describe("every POST", () => {
  const model = vaporformModel();
  const posts = exposedEndpoints(model).filter(({ methods }) => methods.includes("POST"));
  const nameOf = ({ service, name }: (typeof posts)[number]) => `${service}.${name}`;
  const takesKey = ({ request }: (typeof posts)[number]) =>
    topFields(request, model.declarations).some((field) => wireName(field).toLowerCase() === "idempotency-key");

  it("takes a key, or is listed here with the reason", () => {
    expect(
      posts
        .filter((post) => !takesKey(post))
        .map(nameOf)
        .toSorted(),
    ).toEqual(Object.keys(WITHOUT_KEY).toSorted());
  });

  it("that takes a key is one whose answers are kept", () => {
    for (const post of posts) expect(post.tags.includes("creates"), nameOf(post)).toBe(takesKey(post));
  });
});
