import { Readable } from "node:stream";
import { DomainError } from "../platform/errors";
import { openTreeArchive } from "../vfs/tree-archive";
import { keyOf, type Manifest, parseManifest, serializeManifest } from "./file-manifest";
import { quote } from "./shell";
import type { Toolbox } from "./toolbox";
import { PROJECT_FOLDER } from "./workspace";

/** Also how long a connection may be dead before that is noticed. */
const UNPACK_SECONDS = 120;
/** Files belong to whoever unpacks them and are as old as the unpacking, which saves two calls to the system for each. */
const UNPACK = "-xzmof";
/** What we keep beside the project's folder: never part of the project. */
const OWN_FOLDER = ".vaporform";
const MANIFEST = `${OWN_FOLDER}/manifest.json`;
const NEW_MANIFEST = `${OWN_FOLDER}/manifest.new`;
const ARCHIVE = `${OWN_FOLDER}/files.tar.gz`;
const DELETIONS = `${OWN_FOLDER}/deletions`;
/** So much fits into a command. */
const INLINE_CHARACTERS = 16_384;
const FRESH = `${OWN_FOLDER}/project.new`;

/** Where files go, and whose. */
export interface FilesTarget {
  projectId: string;
  toolbox: Toolbox;
  /** For putting them in place, once they are there; 120 when absent. */
  unpackSeconds?: number;
}

/**
 * All files in one archive, unpacked aside and moved into place, so that a second attempt finds no halves. The manifest of what
 * was sent goes along: later changes on either side are told by it.
 */
export async function sendFiles(target: FilesTarget): Promise<void> {
  const manifest: Manifest = new Map();
  await uploadArchive(target, { manifest });
  await runSteps(target, [
    await newManifest(target.toolbox, manifest),
    `rm -rf ${FRESH}`,
    `mkdir ${FRESH}`,
    `tar ${UNPACK} ${ARCHIVE} -C ${FRESH}`,
    `rm -rf ${PROJECT_FOLDER}`,
    `mv ${FRESH} ${PROJECT_FOLDER}`,
    `mv ${NEW_MANIFEST} ${MANIFEST}`,
    `rm ${ARCHIVE}`,
  ]);
}

export interface Difference {
  /** Written anew from the project. */
  paths: readonly string[];
  /** Removed, and then the folders above that are empty. */
  deletions: readonly string[];
  /** What both sides agree on afterwards, but for `paths`, which are added as they are sent. */
  base: Manifest;
}

/** Changes the sandbox's files; the manifest follows in the same command, so that it never tells of what is not there. */
export async function sendDifference(target: FilesTarget, { paths, deletions, base }: Difference): Promise<void> {
  const manifest = new Map(base);
  if (paths.length > 0) await uploadArchive(target, { manifest, paths });
  if (deletions.length > 0) await uploadText(target.toolbox, DELETIONS, `${deletions.join("\n")}\n`);
  await runSteps(target, [
    await newManifest(target.toolbox, manifest),
    `cd ${PROJECT_FOLDER}`,
    ...(deletions.length > 0 ? [`${DELETE_LISTED} < ../${DELETIONS}`] : []),
    ...(paths.length > 0 ? [`tar ${UNPACK} ../${ARCHIVE}`, `rm ../${ARCHIVE}`] : []),
    `mv ../${NEW_MANIFEST} ../${MANIFEST}`,
    `rm -f ../${DELETIONS}`,
  ]);
}

/** One path a line; a folder goes when it is empty. */
const DELETE_LISTED = `while IFS= read -r p
do
  if [ -d "./$p" ] && [ ! -h "./$p" ]; then rmdir "./$p" 2>/dev/null; else rm -f "./$p"; fi
  d=$p
  while [ "$d" != "\${d%/*}" ] && d=\${d%/*} && rmdir "./$d" 2>/dev/null; do :; done
done`;

/** What both sides had when they last agreed; empty when the sandbox has no manifest. */
export async function readBase(toolbox: Toolbox): Promise<Manifest> {
  try {
    const pieces: Buffer[] = [];
    for await (const piece of await toolbox.download(MANIFEST)) pieces.push(piece as Buffer);
    return parseManifest(Buffer.concat(pieces).toString("utf8"));
  } catch (error) {
    if (error instanceof DomainError && error.reason === "file_not_found") return new Map();
    throw error;
  }
}

export async function writeBase(toolbox: Toolbox, base: Manifest): Promise<void> {
  await runSteps({ toolbox }, [await newManifest(toolbox, base), `mv ${NEW_MANIFEST} ${MANIFEST}`]);
}

/** The step that puts it beside the old one; a small one needs no request of its own. */
async function newManifest(toolbox: Toolbox, manifest: Manifest): Promise<string> {
  const text = serializeManifest(manifest);
  if (text.length <= INLINE_CHARACTERS) return `mkdir -p ${OWN_FOLDER} && printf %s ${quote(text)} > ${NEW_MANIFEST}`;
  await uploadText(toolbox, NEW_MANIFEST, text);
  return "true";
}

interface ArchiveUpload {
  /** Filled with what the archive holds. */
  manifest: Manifest;
  paths?: readonly string[];
}

async function uploadArchive({ projectId, toolbox }: FilesTarget, { manifest, paths }: ArchiveUpload): Promise<void> {
  const onEntry = (path: string, node: Parameters<typeof keyOf>[0]) => void manifest.set(path, keyOf(node));
  const content = openTreeArchive({ projectId, onEntry, ...(paths === undefined ? {} : { paths }) });
  await toolbox.upload({ path: ARCHIVE, content });
}

async function uploadText(toolbox: Toolbox, path: string, text: string): Promise<void> {
  await toolbox.upload({ path, content: Readable.from([Buffer.from(text)]) });
}

/** One after another, each only when the one before succeeded. */
async function runSteps({ toolbox, unpackSeconds }: Omit<FilesTarget, "projectId">, steps: string[]): Promise<void> {
  const timeoutSeconds = unpackSeconds ?? UNPACK_SECONDS;
  const { exitCode, output } = await toolbox.exec({ command: steps.join(" && \\\n"), timeoutSeconds });
  if (exitCode === 0) return;
  const message = `the files could not be put in place in the sandbox: ${output.slice(0, 300)}`;
  throw new DomainError("daytona_unavailable", message);
}
