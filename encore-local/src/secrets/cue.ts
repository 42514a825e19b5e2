/**
 * Reads the part of CUE that a secrets file needs: fields with string values, and comments. Anything else of CUE is
 * refused with its place, since leaving it out would leave out a secret. Strings are as in CUE's specification
 * (https://cuelang.org/docs/reference/spec/#string-and-byte-sequence-literals).
 */

/** Something in a secrets file that is no string field; line and column start at 1. */
export class CueError extends Error {
  override readonly name = "CueError";

  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`line ${line}, column ${column}: ${message}`);
  }
}

/** The fields of the file by name. Throws `CueError`, which never quotes a value. */
export function parseCueSecrets(text: string): Record<string, string> {
  return new CueReader(text).readFile();
}

const SIMPLE_ESCAPES: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "/": "/",
  '"': '"',
};

class CueReader {
  #at = 0;

  constructor(private readonly text: string) {}

  readFile(): Record<string, string> {
    const fields: Record<string, string> = {};
    this.#skipBlank();
    while (this.#at < this.text.length) {
      const start = this.#at;
      const name = this.#readLabel();
      this.#skipSpaces();
      if (!this.#take(":")) this.#fail("expected ':' after the name");
      this.#skipBlank();
      const value = this.#readString();
      if (Object.hasOwn(fields, name) && fields[name] !== value) this.#fail(`${name} has two different values`, start);
      fields[name] = value;
      this.#endOfField();
    }
    return fields;
  }

  /** A field ends with its line, with a comma, or with the file. */
  #endOfField(): void {
    this.#skipSpaces();
    const ended = this.#take(",") || this.#at >= this.text.length || this.#startsWith("\n") || this.#startsWith("//");
    if (!ended) this.#fail('expected the end of the line: one secret a line, as in Name: "value"');
    this.#skipBlank();
  }

  #readLabel(): string {
    if (this.#startsWith('"')) return this.#readString();
    const name = /^[A-Za-z_$][\w$]*/.exec(this.text.slice(this.#at))?.[0];
    if (name === undefined) this.#fail('expected a secret\'s name, as in Name: "value"');
    if (name === "package" || name === "import" || name === "let") {
      this.#fail(`'${name}' is not allowed here; the file holds only lines such as Name: "value"`);
    }
    this.#at += name.length;
    return name;
  }

  #readString(): string {
    const hashes = /^#*/.exec(this.text.slice(this.#at))?.[0] ?? "";
    const quote = this.#at + hashes.length;
    if (this.text[quote] !== '"') {
      this.#fail('the value must be a string: in quotes, raw as in #"..."#, or of several lines between """');
    }
    const start = this.#at;
    const multiline = this.text.startsWith('"""', quote);
    this.#at = quote + (multiline ? 3 : 1);
    const closing = `${multiline ? '"""' : '"'}${hashes}`;
    return multiline ? this.#readLines(closing, hashes, start) : this.#readLine(closing, hashes, start);
  }

  #readLine(closing: string, hashes: string, start: number): string {
    let value = "";
    for (;;) {
      if (this.#at >= this.text.length || this.#startsWith("\n"))
        this.#fail("the string is not closed on its line", start);
      if (this.#take(closing)) return value;
      value += this.#readCharacter(hashes);
    }
  }

  /** The text begins after the opening line; the white space before the closing quotes is taken off each line. */
  #readLines(closing: string, hashes: string, start: number): string {
    this.#take("\r");
    if (!this.#take("\n")) this.#fail('a line break must follow the opening """');
    const end = this.#closingLine(closing, hashes, start);
    const indent = /[ \t]*$/.exec(this.text.slice(this.#at, end))?.[0] ?? "";
    let value = "";
    while (this.#at < end - indent.length) {
      if (!this.#take(indent) && !this.#startsWith("\n") && !this.#startsWith("\r\n")) {
        this.#fail('a line is indented less than the closing """');
      }
      while (!this.#take("\n")) {
        if (this.#startsWith("\r\n")) this.#at++;
        else value += this.#readCharacter(hashes);
      }
      value += "\n";
    }
    this.#at = end + closing.length;
    return value.slice(0, -1);
  }

  /** Where the closing quotes stand: first on their line, not escaped. */
  #closingLine(closing: string, hashes: string, start: number): number {
    for (let at = this.#at; at < this.text.length; at++) {
      if (this.text.startsWith(`\\${hashes}`, at)) at += hashes.length + 1;
      else if (this.text.startsWith(closing, at)) {
        const line = this.text.slice(this.text.lastIndexOf("\n", at) + 1, at);
        if (line.trim() !== "") this.#fail('the closing """ must stand on a line of its own', at);
        return at;
      }
    }
    return this.#fail('the string is not closed with """', start);
  }

  #readCharacter(hashes: string): string {
    if (!this.#take(`\\${hashes}`)) {
      const character = String.fromCodePoint(this.text.codePointAt(this.#at) ?? 0);
      this.#at += character.length;
      return character;
    }
    const kind = this.text[this.#at] ?? "";
    if (kind === "(") this.#fail("interpolation is not allowed; write the value itself");
    this.#at++;
    const simple = SIMPLE_ESCAPES[kind];
    if (simple !== undefined) return simple;
    if (kind === "u" || kind === "U") return this.#readCodePoint(kind === "u" ? 4 : 8);
    return this.#fail(`'\\${kind}' is no escape of CUE's; write '\\\\' for a backslash`, this.#at - 1);
  }

  #readCodePoint(digits: number): string {
    const hex = this.text.slice(this.#at, this.#at + digits);
    const code = Number.parseInt(hex, 16);
    if (hex.length !== digits || !/^[0-9A-Fa-f]+$/.test(hex) || code > 0x10_ffff) {
      this.#fail(`expected ${digits} hexadecimal digits of a code point`);
    }
    this.#at += digits;
    return String.fromCodePoint(code);
  }

  #startsWith(text: string): boolean {
    return this.text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#startsWith(text)) return false;
    this.#at += text.length;
    return true;
  }

  #skipSpaces(): void {
    while (/[ \t\r]/.test(this.text[this.#at] ?? "")) this.#at++;
  }

  /** White space, line breaks and comments. */
  #skipBlank(): void {
    for (;;) {
      const blank = /^(?:\s+|\/\/[^\n]*)/.exec(this.text.slice(this.#at))?.[0];
      if (blank === undefined) return;
      this.#at += blank.length;
    }
  }

  #fail(message: string, at = this.#at): never {
    const before = this.text.slice(0, at).split("\n");
    throw new CueError(message, before.length, (before.at(-1)?.length ?? 0) + 1);
  }
}
