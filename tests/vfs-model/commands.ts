import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import fc from "fast-check";
import { extract } from "tar-stream";
import { expect } from "vitest";
import { type BatchChange, Refused, sha256, type VfsClient } from "../support/vfs-client";
import type { TreeModel } from "./model";

/** The real one: a project on a server that can be killed. */
export interface RealTree {
  projectId: string;
  client(): VfsClient;
  crash(): Promise<void>;
}

type Command = fc.AsyncCommand<TreeModel, RealTree>;

/** Some lie below others, so that files and folders get into each other's way. */
const PATHS = ["a", "a/b", "a/b/c", "d/x", "d/y", "d/e/z", "f", "ä ö/ü.txt"];
const path = fc.constantFrom(...PATHS);
/** Few contents, so that they are shared; some are larger than what is stored in one piece. */
const content = fc
  .record({ size: fc.constantFrom(0, 1, 100, 300_000), kind: fc.nat(3) })
  .map(({ size, kind }) => Buffer.alloc(size, `kind ${kind}`));

class Step implements Command {
  constructor(
    private readonly name: string,
    private readonly work: (model: TreeModel, real: RealTree) => Promise<void>,
    private readonly isPossible: (model: TreeModel) => boolean = () => true,
  ) {}

  check(model: Readonly<TreeModel>): boolean {
    return this.isPossible(model as TreeModel);
  }

  run(model: TreeModel, real: RealTree): Promise<void> {
    return this.work(model, real);
  }

  toString(): string {
    return this.name;
  }
}

/** The server does what the model does: it makes the change, or refuses it as the caller's fault. */
async function expectSame(isMade: boolean, request: Promise<unknown>): Promise<void> {
  const outcome = await request.then(
    () => "made",
    (error: unknown) => {
      if (error instanceof Refused && error.status < 500) return "refused";
      throw error;
    },
  );
  expect(outcome).toBe(isMade ? "made" : "refused");
}

const encoded = (file: string) => file.split("/").map(encodeURIComponent).join("/");

const write = fc.record({ path, content, raw: fc.boolean() }).map(
  ({ path, content, raw }) =>
    new Step(`write ${path} (${content.length} bytes)`, async (model, { client, projectId }) => {
      const isMade = model.change({ writes: [[path, sha256(content)]] });
      const request = raw
        ? client().put(projectId, encoded(path), content)
        : client().writeJson(projectId, path, content);
      await expectSame(isMade, request);
    }),
);

const batch = fc
  .uniqueArray(fc.record({ path, content: fc.option(content) }), { selector: (change) => change.path, minLength: 1 })
  .map(
    (changes) =>
      new Step(`batch ${changes.map((change) => change.path)}`, async (model, { client, projectId }) => {
        const isMade = model.change({
          deletes: changes.flatMap(({ path, content }) => (content === null ? [path] : [])),
          writes: changes.flatMap(({ path, content }): [string, string][] =>
            content === null ? [] : [[path, sha256(content)]],
          ),
        });
        const sent = changes.map(({ path, content }): BatchChange => {
          if (content === null) return { kind: "delete", path };
          return { kind: "file", path, content: content.toString("base64"), encoding: "base64" };
        });
        await expectSame(isMade, client().batch(projectId, sent));
      }),
  );

const move = fc.record({ from: path, to: path }).map(
  ({ from, to }) =>
    new Step(`move ${from} to ${to}`, async (model, { client, projectId }) => {
      await expectSame(model.move(from, to), client().move(projectId, from, to));
    }),
);

const remove = path.map(
  (path) =>
    new Step(`delete ${path}`, async (model, { client, projectId }) => {
      const isMade = model.exists(path) && model.change({ deletes: [path] });
      await expectSame(isMade, client().remove(projectId, encoded(path)));
    }),
);

const restore = fc.record({ path, which: fc.nat() }).map(
  ({ path, which }) =>
    new Step(
      `restore ${path}`,
      async (model, { client, projectId }) => {
        const former = (await client().versions(projectId, encoded(path))).filter(({ current }) => !current);
        const chosen = former[which % Math.max(former.length, 1)];
        if (chosen === undefined) return;
        const isMade = model.change({ writes: [[path, chosen.hash ?? ""]] });
        await expectSame(isMade, client().restore(projectId, path, chosen.version));
      },
      (model) => model.history.has(path),
    ),
);

const versions = path.map(
  (path) =>
    new Step(
      `versions of ${path}`,
      async (model, { client, projectId }) => {
        const found = (await client().versions(projectId, encoded(path))).map(({ hash }) => hash);
        expect(withoutRepeats(found.reverse())).toEqual(withoutRepeats(model.history.get(path) ?? []));
      },
      (model) => model.history.has(path),
    ),
);

/** Writing what is there already makes no version. */
function withoutRepeats<T>(values: T[]): T[] {
  return values.filter((value, i) => value !== values[i - 1]);
}

const read = path.map(
  (path) =>
    new Step(`read ${path}`, async (model, { client, projectId }) => {
      const request = client().read(projectId, encoded(path));
      const hash = model.files.get(path);
      const reason = model.exists(path) ? "not_a_file" : "file_not_found";
      if (hash === undefined) await expect(request).rejects.toMatchObject({ reason });
      else expect(sha256(await request)).toBe(hash);
    }),
);

const list = fc.constant(new Step("list", async (model, real) => await expectListing(model, real)));

export async function expectListing(model: TreeModel, { client, projectId }: RealTree): Promise<void> {
  const entries = (await client().list(projectId, "")).filter(({ kind }) => kind === "file");
  expect(entries.map(({ path, hash }) => [path, hash])).toEqual(model.listing());
}

const archive = fc.constant(
  new Step("archive", async (model, { client, projectId }) => {
    const tar = extract();
    Readable.from([await client().archive(projectId)])
      .pipe(createGunzip())
      .pipe(tar);
    const found: [string, string][] = [];
    for await (const entry of tar) {
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part as Buffer);
      if (entry.header.type === "file") found.push([entry.header.name, sha256(Buffer.concat(parts))]);
    }
    expect(found).toEqual(model.listing());
  }),
);

/** Once a run: a start takes longer than everything else. */
const crash = fc.constant(
  new Step(
    "crash",
    async (model, real) => {
      model.crashes += 1;
      await real.crash();
      await expectListing(model, real);
    },
    (model) => model.crashes === 0,
  ),
);

export const treeCommands = fc.commands(
  [write, write, batch, move, remove, restore, versions, read, list, archive, crash],
  { maxCommands: 40, size: "max" },
);
