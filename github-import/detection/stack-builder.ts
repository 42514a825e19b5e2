import type { Commands, Evidence, Fact, Language, Stack } from "./detection";
import type { Folder } from "./folder";

interface Values extends Record<keyof Commands, string> {
  framework: string;
  packageManager: string;
  runtimeVersion: string;
  port: number;
}

interface Reason {
  /** Relative to the folder that is read, or to `root`. */
  file: string;
  /** Where the file lies, if not in that folder. */
  root?: Folder;
  because: string;
  confidence: number;
}

/** Puts a stack together so that no fact is without its evidence. The first decision on a fact stands. */
export class StackBuilder {
  readonly #values: Partial<Values> = {};
  readonly #evidence: Evidence[] = [];
  #confidence: number;

  constructor(
    readonly folder: Folder,
    readonly language: Language,
    readonly label: string,
    reason: Reason,
  ) {
    this.#confidence = reason.confidence;
    this.#note("language", reason);
  }

  decide<F extends keyof Values>(fact: F, value: Values[F] | undefined | null, reason: Reason): this {
    if (value === undefined || value === null || this.#values[fact] !== undefined) return this;
    this.#values[fact] = value;
    this.#note(fact, reason);
    return this;
  }

  /** Says once more why it is this language; the surer reason counts. */
  confirm(reason: Reason): this {
    this.#confidence = Math.max(this.#confidence, reason.confidence);
    this.#note("language", reason);
    return this;
  }

  get<F extends keyof Values>(fact: F): Values[F] | undefined {
    return this.#values[fact];
  }

  build(): Stack {
    const { framework, packageManager, runtimeVersion, port, install, build, start, test } = this.#values;
    return {
      language: this.language,
      label: this.label,
      framework: framework ?? null,
      packageManager: packageManager ?? null,
      runtimeVersion: runtimeVersion ?? null,
      commands: { install: install ?? null, build: build ?? null, start: start ?? null, test: test ?? null },
      port: port ?? null,
      evidence: this.#evidence,
      confidence: this.#confidence,
    };
  }

  #note(fact: Fact, { file, root = this.folder, because, confidence }: Reason): void {
    this.#evidence.push({ fact, file: root.nameOf(file), because, confidence });
  }
}
