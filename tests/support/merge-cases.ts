import type { MergeConflict } from "../../vfs/tree-merge";

type Files = Record<string, string>;

/** A file's way on both sides since the last import, and what becomes of it. */
export interface MergeCase {
  title: string;
  base: Files;
  here: (
    write: (name: string, text: string) => Promise<unknown>,
    remove: (name: string) => Promise<void>,
  ) => Promise<unknown>;
  there: Files;
  kept: Files;
  conflicts: MergeConflict[];
  overwritten: Files;
}

const nothing = async () => undefined;
export const conflict = (here: MergeConflict["here"], there: MergeConflict["there"], name = "f"): MergeConflict[] => [
  { path: name, here, there },
];

export const MERGE_CASES: MergeCase[] = [
  {
    title: "neither side changed it",
    base: { f: "1" },
    here: nothing,
    there: { f: "1", y: "" },
    kept: { f: "1", y: "" },
    conflicts: [],
    overwritten: { f: "1", y: "" },
  },
  {
    title: "changed there",
    base: { f: "1" },
    here: nothing,
    there: { f: "2" },
    kept: { f: "2" },
    conflicts: [],
    overwritten: { f: "2" },
  },
  { title: "deleted there", base: { f: "1" }, here: nothing, there: {}, kept: {}, conflicts: [], overwritten: {} },
  {
    title: "added there",
    base: {},
    here: nothing,
    there: { f: "2" },
    kept: { f: "2" },
    conflicts: [],
    overwritten: { f: "2" },
  },
  {
    title: "changed here",
    base: { f: "1" },
    here: (w) => w("f", "mine"),
    there: { f: "1", y: "" },
    kept: { f: "mine", y: "" },
    conflicts: conflict("changed", "unchanged"),
    overwritten: { f: "1", y: "" },
  },
  {
    title: "changed on both sides",
    base: { f: "1" },
    here: (w) => w("f", "mine"),
    there: { f: "2" },
    kept: { f: "mine" },
    conflicts: conflict("changed", "changed"),
    overwritten: { f: "2" },
  },
  {
    title: "changed alike",
    base: { f: "1" },
    here: (w) => w("f", "2"),
    there: { f: "2" },
    kept: { f: "2" },
    conflicts: [],
    overwritten: { f: "2" },
  },
  {
    title: "changed here, deleted there",
    base: { f: "1" },
    here: (w) => w("f", "mine"),
    there: {},
    kept: { f: "mine" },
    conflicts: conflict("changed", "deleted"),
    overwritten: {},
  },
  {
    title: "deleted here",
    base: { f: "1" },
    here: (_, r) => r("f"),
    there: { f: "1", y: "" },
    kept: { y: "" },
    conflicts: conflict("deleted", "unchanged"),
    overwritten: { f: "1", y: "" },
  },
  {
    title: "deleted here, changed there",
    base: { f: "1" },
    here: (_, r) => r("f"),
    there: { f: "2" },
    kept: {},
    conflicts: conflict("deleted", "changed"),
    overwritten: { f: "2" },
  },
  {
    title: "deleted on both sides",
    base: { f: "1" },
    here: (_, r) => r("f"),
    there: {},
    kept: {},
    conflicts: [],
    overwritten: {},
  },
  {
    title: "added here",
    base: {},
    here: (w) => w("f", "mine"),
    there: { y: "" },
    kept: { f: "mine", y: "" },
    conflicts: [],
    overwritten: { f: "mine", y: "" },
  },
  {
    title: "added on both sides",
    base: {},
    here: (w) => w("f", "mine"),
    there: { f: "2" },
    kept: { f: "mine" },
    conflicts: conflict("added", "added"),
    overwritten: { f: "2" },
  },
  {
    title: "a file here, a folder there",
    base: {},
    here: (w) => w("f", "mine"),
    there: { "f/a": "2" },
    kept: { f: "mine" },
    conflicts: conflict("added", "added", "f/a"),
    overwritten: { "f/a": "2" },
  },
  {
    title: "a folder here, a file there",
    base: {},
    here: (w) => w("f/mine", "mine"),
    there: { f: "2" },
    kept: { "f/mine": "mine" },
    conflicts: conflict("added", "added"),
    overwritten: { f: "2" },
  },
  {
    title: "changed here, a folder there",
    base: { f: "1" },
    here: (w) => w("f", "mine"),
    there: { "f/a": "2" },
    kept: { f: "mine" },
    conflicts: [...conflict("changed", "deleted"), ...conflict("added", "added", "f/a")],
    overwritten: { "f/a": "2" },
  },
];
