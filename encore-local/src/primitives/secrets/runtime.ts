import type { StartPrimitive } from "../running";

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
export const secrets: StartPrimitive = ({ secrets: values }) => ({
  methods: {
    secret(name: string): Secret | null {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined ? null : new Secret(value);
    },
  },
});
