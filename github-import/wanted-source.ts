import { DomainError } from "../platform/errors";
import { readRepository } from "./github-access";
import { isRef, requireFolder, requireRef } from "./repository-reference";
import type { WantedSource } from "./resolve";

export interface SourceRequest {
  /** A repository's name or address. */
  repository: string;
  ref: string | undefined;
  folder: string | undefined;
}

/** What a request asks for, as far as it can be told without GitHub. Throws `invalid_repository`. */
export function wantedSource({ repository, ref, folder }: SourceRequest): WantedSource {
  const { owner, name, treePath } = readRepository(repository);
  const wantedFolder = requireFolder(folder ?? "");
  const wantedRef = ref === undefined ? null : requireRef(ref);
  if (treePath === undefined) return { owner, name, ref: wantedRef, folder: wantedFolder, treePath: null };
  if (wantedRef === null) {
    const isPlain = !treePath.includes("/") && isRef(treePath);
    return isPlain
      ? { owner, name, ref: treePath, folder: wantedFolder, treePath: null }
      : { owner, name, ref: null, folder: wantedFolder, treePath };
  }
  if (treePath !== wantedRef && !treePath.startsWith(`${wantedRef}/`))
    throw new DomainError("invalid_repository", "the address names another branch, tag or commit than 'ref'");
  const inAddress = treePath.slice(wantedRef.length + 1);
  const parts = [inAddress, wantedFolder].filter((part) => part !== "");
  return { owner, name, ref: wantedRef, folder: parts.join("/"), treePath: null };
}
