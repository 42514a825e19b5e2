import { DomainError } from "../../platform/errors";

/** The archive holds something that no honest one does. */
export function refused(what: string, cause?: unknown): DomainError {
  return new DomainError("archive_refused", `the archive is refused: ${what}`, { cause });
}

export function tooLarge(what: string): DomainError {
  return new DomainError("repository_too_large", `the repository is too large: ${what}`);
}
