import { randomBytes, randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { encryptToken } from "../../github-import/credentials";
import { requestCancel, requeueImport } from "../../github-import/import-store";
import { forgetOldTokens } from "../../github-import/token-expiry";
import { pgPool } from "../../platform/pg-pool";
import { Importing } from "../support/importing";

/** Nothing listens there: none of these imports gets as far as asking GitHub. */
const importing = new Importing("http://127.0.0.1:9");

const sealed = (rowId: string) => encryptToken("a token", { keys: [randomBytes(32)], rowId });

async function importWithToken(status = "queued"): Promise<string> {
  const id = randomUUID();
  await importing.insert({
    id,
    projectId: await importing.newProject(),
    repository: "owner/name",
    token: sealed(id),
  });
  await pgPool().query("UPDATE imports SET status = $2 WHERE id = $1", [id, status]);
  return id;
}

async function age(id: string, hours: number): Promise<void> {
  await pgPool().query("UPDATE imports SET token_since = now() - make_interval(hours => $2) WHERE id = $1", [
    id,
    hours,
  ]);
}

async function stored(id: string): Promise<{ token: boolean; cancelled: boolean } | undefined> {
  const { rows } = await pgPool().query<{ token: boolean; cancelled: boolean }>(
    "SELECT token IS NOT NULL AS token, cancel_requested AS cancelled FROM imports WHERE id = $1",
    [id],
  );
  return rows[0];
}

it("keeps a token for a day, and not longer", async () => {
  const [young, old] = [await importWithToken(), await importWithToken()];
  await age(young, 23);
  await age(old, 25);
  await forgetOldTokens();
  expect(await stored(young)).toEqual({ token: true, cancelled: false });
  expect(await stored(old)).toEqual({ token: false, cancelled: true });
});

it("lets an import whose files are in place go on without its token", async () => {
  const id = await importWithToken("provisioning");
  await age(id, 25);
  await forgetOldTokens();
  expect(await stored(id)).toEqual({ token: false, cancelled: false });
});

it("counts the day anew for the token of another go", async () => {
  const id = await importWithToken();
  await age(id, 25);
  await requestCancel(id);
  expect(await importing.resume(id)).toMatchObject({ status: "cancelled" });
  expect(await stored(id)).toMatchObject({ token: false });
  await requeueImport(id, sealed(id));
  await forgetOldTokens();
  expect(await stored(id)).toEqual({ token: true, cancelled: false });
});
