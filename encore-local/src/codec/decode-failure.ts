/**
 * Why a value could not be decoded, with the place in the value (`nested.tags[0]`). Deliberately no `Error`: unions try
 * one member after the other, and a stack trace for each miss would cost more than the decoding itself.
 */
export class DecodeFailure {
  readonly reason: string;
  /** Where in the text it was found, once that is known: how many bytes were read until then. */
  position: TextPosition | undefined;
  #path = "";

  constructor(reason: string, position?: TextPosition) {
    this.reason = reason;
    this.position = position;
  }

  inField(name: string): this {
    this.#path = this.#path === "" || this.#path.startsWith("[") ? `${name}${this.#path}` : `${name}.${this.#path}`;
    return this;
  }

  inElement(index: number): this {
    this.#path =
      this.#path === "" || this.#path.startsWith("[") ? `[${index}]${this.#path}` : `[${index}].${this.#path}`;
    return this;
  }

  get message(): string {
    return this.#path === "" ? this.reason : `${this.#path}: ${this.reason}`;
  }
}

/** `at` counts UTF-16 units, as strings do; `looking` adds the one byte that was looked at but not taken. */
export interface TextPosition {
  at: number;
  looking: boolean;
}

/** Passes a failure on with the field it happened in; anything else is passed on untouched. */
export function failedInField(thrown: unknown, name: string): unknown {
  return thrown instanceof DecodeFailure ? thrown.inField(name) : thrown;
}

export function failedInElement(thrown: unknown, index: number): unknown {
  return thrown instanceof DecodeFailure ? thrown.inElement(index) : thrown;
}
