import { DecodeFailure } from "./decode-failure";
import { controlCharacter, hexUnit, invalidEscape, SIMPLE_ESCAPES, unfinished } from "./json-string";

type Frame = "[" | "{";

const WORDS: Record<string, string> = { n: "null", t: "true", f: "false" };
const END_OF = { "[": "EOF while parsing a list", "{": "EOF while parsing an object" };
const MORE_OF = { "[": "expected `,` or `]`", "{": "expected `,` or `}`" };

/**
 * Passes over the JSON value at `start` and gives where it ends. As in Encore's parser, what is passed over may nest to
 * any depth, hold lone surrogates and broken UTF-8 in strings, and numbers of any size.
 *
 * @throws DecodeFailure
 */
export function skipJson(text: string, start: number): number {
  return new Skipper(text, start).value();
}

class Skipper {
  readonly #text: string;
  #at: number;
  readonly #open: Frame[] = [];

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
  }

  value(): number {
    for (;;) {
      const opened = this.#openOrScalar();
      if (this.#closed(!opened)) return this.#at;
      if (this.#open.at(-1) === "{") this.#key();
    }
  }

  /** True when a list or an object was opened. */
  #openOrScalar(): boolean {
    const next = this.#next();
    if (next === undefined) throw this.#unexpected("EOF while parsing a value");
    if (next === "[" || next === "{") {
      this.#at++;
      this.#open.push(next);
      return true;
    }
    const word = WORDS[next];
    if (word !== undefined) this.#word(word);
    else if (next === '"') this.#string();
    else if (next === "-" || /[0-9]/.test(next)) this.#number();
    else throw this.#unexpected("expected value");
    return false;
  }

  /** Closes what ends here, and takes the comma before what follows. True when nothing is open any more. */
  #closed(afterValue: boolean): boolean {
    for (let complete = afterValue; ; complete = true) {
      const frame = this.#open.at(-1);
      if (frame === undefined) return true;
      const next = this.#next();
      if (next === undefined) throw this.#unexpected(END_OF[frame]);
      if (next === "," && complete) {
        this.#at++;
        return false;
      }
      if (next !== (frame === "[" ? "]" : "}")) {
        if (complete) throw this.#unexpected(MORE_OF[frame]);
        return false;
      }
      this.#at++;
      this.#open.pop();
    }
  }

  #key(): void {
    const quote = this.#next();
    if (quote === undefined) throw this.#unexpected(END_OF["{"]);
    if (quote !== '"') throw this.#unexpected("key must be a string");
    this.#string();
    const colon = this.#next();
    if (colon === undefined) throw this.#unexpected(END_OF["{"]);
    if (colon !== ":") throw this.#unexpected("expected `:`");
    this.#at++;
  }

  #word(word: string): void {
    for (const letter of word) {
      const found = this.#text[this.#at];
      if (found === undefined) throw this.#unexpected("EOF while parsing a value");
      if (found !== letter) throw this.#unexpected("expected ident");
      this.#at++;
    }
  }

  #number(): void {
    if (this.#text[this.#at] === "-") this.#at++;
    if (this.#text[this.#at] === "0") {
      this.#at++;
      if (/[0-9]/.test(this.#text[this.#at] ?? "")) throw this.#unexpected("invalid number");
    } else this.#digits();
    if (this.#text[this.#at] === ".") {
      this.#at++;
      this.#digits();
    }
    if (/[eE]/.test(this.#text[this.#at] ?? "")) {
      this.#at++;
      if (/[+-]/.test(this.#text[this.#at] ?? "")) this.#at++;
      this.#digits();
    }
  }

  #digits(): void {
    const from = this.#at;
    while (/[0-9]/.test(this.#text[this.#at] ?? "")) this.#at++;
    if (this.#at === from) throw this.#unexpected("invalid number");
  }

  #string(): void {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? "";
      if (character === '"') {
        this.#at++;
        return;
      }
      if (character < " ") throw controlCharacter(this.#at + 1);
      if (character === "\\") this.#escape();
    }
    throw unfinished(this.#text);
  }

  #escape(): void {
    this.#at++;
    const letter = this.#text[this.#at];
    if (letter === undefined) throw unfinished(this.#text);
    if (letter === "u") {
      hexUnit(this.#text, this.#at + 1);
      this.#at += 4;
    } else if (SIMPLE_ESCAPES[letter] === undefined) throw invalidEscape(this.#at);
  }

  #next(): string | undefined {
    while (/[ \n\r\t]/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text[this.#at];
  }

  #unexpected(reason: string): DecodeFailure {
    return new DecodeFailure(reason, { at: this.#at, looking: true });
  }
}
