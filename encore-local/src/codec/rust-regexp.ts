/**
 * Patterns of `MatchesRegexp` are in the dialect of Rust, where `\d`, `\w`, `\s` and `\b` know all of Unicode, a dot stops at
 * a line feed alone, and classes may be nested and named (`[[:alpha:]]`).
 */
export function toRegExp(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const given = flags?.[1] ?? "";
  const translation = new Translation(pattern.slice(flags?.[0].length ?? 0), given);
  return new RegExp(translation.text(), given.includes("i") ? "vi" : "v");
}

const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
const BOUNDARY = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;

/** Escapes that mean something else in JavaScript, outside of classes and within. */
const ESCAPES: Record<string, string> = {
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  s: "\\p{White_Space}",
  S: "\\P{White_Space}",
  a: "\\x07",
};
const ASSERTIONS: Record<string, string> = {
  A: "^",
  z: "$",
  b: BOUNDARY,
  B: `(?!${BOUNDARY})`,
};
/** The same where `^` and `$` stand for the ends of lines. */
const OF_ALL_LINES: Record<string, string> = { A: "(?<![\\s\\S])", z: "(?![\\s\\S])" };
const NAMED_CLASSES: Record<string, string> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7f",
  blank: "\\t ",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

class Translation {
  readonly #pattern: string;
  readonly #flags: string;
  #at = 0;

  constructor(pattern: string, flags: string) {
    this.#pattern = pattern;
    this.#flags = flags;
  }

  text(): string {
    let text = "";
    while (this.#at < this.#pattern.length) text += this.#next();
    return text;
  }

  #next(): string {
    const rest = this.#pattern.slice(this.#at);
    if (/^\(\?<?[=!]/.test(rest)) throw new SyntaxError("there is no look-around");
    if (rest.startsWith("(?P<")) return this.#take(4, "(?<");
    const lines = this.#flags.includes("m");
    switch (rest[0]) {
      case "\\":
        return this.#escape(lines ? { ...ASSERTIONS, ...OF_ALL_LINES } : ASSERTIONS);
      case "[":
        return this.#class();
      case ".":
        return this.#take(1, this.#flags.includes("s") ? "[\\s\\S]" : "[^\\n]");
      case "^":
        return this.#take(1, lines ? "(?<=\\n|(?<![\\s\\S]))" : "^");
      case "$":
        return this.#take(1, lines ? "(?=\\n|(?![\\s\\S]))" : "$");
      case "]":
      case "}":
        return this.#take(1, `\\${rest[0]}`);
      case "{":
        return this.#repetition(rest);
      default: {
        const [character = ""] = rest;
        return this.#take(character.length, character);
      }
    }
  }

  #repetition(rest: string): string {
    const [count] = /^\{\d+(,\d*)?\}/.exec(rest) ?? [];
    return count === undefined ? this.#take(1, "\\{") : this.#take(count.length, count);
  }

  #escape(assertions: Record<string, string>): string {
    const rest = this.#pattern.slice(this.#at + 1);
    const [letter = "\\"] = rest;
    const known = assertions[letter] ?? ESCAPES[letter];
    if (known !== undefined) return this.#take(2, known);
    const [property, short] = /^[pP]([A-Za-z])/.exec(rest) ?? [];
    if (property !== undefined) return this.#take(3, `\\${letter}{${short}}`);
    const [braced, name = ""] = /^[pP]\{([^}]*)\}/.exec(rest) ?? [];
    if (braced !== undefined) return this.#take(braced.length + 1, `\\${letter}{${propertyOf(name)}}`);
    const [code, ...digits] =
      /^(?:[xuU]\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest) ?? [];
    const hex = digits.find((found) => found !== undefined);
    if (code !== undefined && hex !== undefined)
      return this.#take(code.length + 1, `\\u{${hex.replace(/^0+(?=.)/, "")}}`);
    if (/^[nrtfv]/.test(letter)) return this.#take(2, `\\${letter}`);
    if (/^[0-9A-Za-z]/.test(letter)) throw new SyntaxError(`\\${letter} is no escape`);
    return this.#take(letter.length + 1, literal(letter));
  }

  /** A class, with the classes within it and what is done with them (`&&`, `--`), from left to right. */
  #class(): string {
    this.#at++;
    const negated = this.#pattern[this.#at] === "^" ? this.#take(1, "^") : "";
    let members = "";
    let before = "";
    // At the beginning, these stand for themselves.
    for (; /^[\]-]/.test(this.#pattern.slice(this.#at)) && members === ""; ) {
      members += literal(this.#take(1, this.#pattern[this.#at] ?? ""));
    }
    for (;;) {
      const rest = this.#pattern.slice(this.#at);
      if (rest === "") throw new SyntaxError("a class has no end");
      const [operator] = /^(&&|--)/.exec(rest) ?? [];
      if (rest[0] === "]" || operator !== undefined) {
        const set = before === "" ? members : `${before}[${members}]`;
        if (operator === undefined) return this.#take(1, `[${negated}${set}]`);
        before = this.#take(2, before === "" ? `[${members}]${operator}` : `[${set}]${operator}`);
        members = "";
      } else members += this.#classMember(rest);
    }
  }

  #classMember(rest: string): string {
    const [named, negated = "", name = ""] = /^\[:(\^?)(\w+):\]/.exec(rest) ?? [];
    const known = NAMED_CLASSES[name];
    if (named !== undefined && known !== undefined) return this.#take(named.length, `[${negated}${known}]`);
    if (rest[0] === "[") return this.#class();
    return rest[0] === "\\" ? this.#escape({ w: WORD }) : this.#member(rest);
  }

  /** One character of a class; a dash is one only between two of them. */
  #member(rest: string): string {
    const [character = ""] = rest;
    const isRange = character === "-" && rest[1] !== "]" && rest[1] !== undefined;
    return this.#take(character.length, isRange ? "-" : literal(character));
  }

  #take(length: number, translated: string): string {
    this.#at += length;
    return translated;
  }
}

/** Rust takes the name of a script on its own. */
function propertyOf(name: string): string {
  try {
    new RegExp(`\\p{${name}}`, "v");
    return name;
  } catch {
    return `Script=${name}`;
  }
}

/** A character that means nothing but itself, inside of classes and outside. */
const literal = (character: string): string =>
  /[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/.test(character)
    ? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`
    : character;
