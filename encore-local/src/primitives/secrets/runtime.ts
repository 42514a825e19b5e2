import type { RuntimeHost } from "../../runtime/host";

/** A secret that has a value; the SDK asks for it once and keeps the object. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  cached(): string {
    return this.#value;
  }
}

/** Null for a secret without a value: the SDK then answers with an empty string locally. */
export function createSecrets({ secrets }: Pick<RuntimeHost, "secrets">): (name: string) => Secret | null {
  return (name) => {
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    return value === undefined ? null : new Secret(value);
  };
}
