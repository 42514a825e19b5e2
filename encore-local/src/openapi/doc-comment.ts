/** What a doc comment says, with its tags taken apart. */
export interface DocComment {
  /** All of the text in front of the first tag. */
  text?: string;
  /** Values of `@example`, read as JSON where they are JSON. */
  examples: unknown[];
  /** Values of `@example response`: for endpoints, whose other examples are of the request. */
  responseExamples: unknown[];
  deprecated: boolean;
  /** `@throws not_found when there is no such link` */
  throws: { code: string; reason: string }[];
}

interface Tag {
  name: string;
  text: string;
}

export function readDocComment(doc: string | undefined): DocComment {
  const { text, tags } = split(doc ?? "");
  const examples = tags.filter(({ name }) => name === "example");
  const ofResponse = ({ text: example }: Tag): boolean => /^response\s/.test(example);
  return {
    ...(text === "" ? {} : { text }),
    examples: examples.filter((tag) => !ofResponse(tag)).map((tag) => readExample(tag.text)),
    responseExamples: examples.filter(ofResponse).map((tag) => readExample(tag.text.replace(/^response\s+/, ""))),
    deprecated: tags.some(({ name }) => name === "deprecated"),
    throws: tags.filter(({ name }) => name === "throws").map(readThrows),
  };
}

function split(doc: string): { text: string; tags: Tag[] } {
  const [text = "", ...rest] = doc.split(/^[ \t]*@(?=[a-z])/m);
  const tags = rest.map((part) => {
    const [, name = "", tagText = ""] = /^([A-Za-z]+)([\s\S]*)$/.exec(part) ?? [];
    return { name, text: tagText.trim() };
  });
  return { text: text.trim(), tags };
}

/** An example may stand in a fenced block, or behind the word `request`. */
function readExample(text: string): unknown {
  const bare = text
    .replace(/^request\s+/, "")
    .replace(/^```\w*\n?|\n?```$/g, "")
    .trim();
  try {
    return JSON.parse(bare);
  } catch (error) {
    // Text without quotes stands for itself.
    if (error instanceof SyntaxError) return bare;
    throw error;
  }
}

function readThrows({ text }: Tag): { code: string; reason: string } {
  const [, code = "", reason = ""] = /^\{?(\w+)\}?[\s:-]*([\s\S]*)$/.exec(text) ?? [];
  return { code, reason: reason.trim() };
}

/** The first sentence, for lists; the rest follows in the whole text. */
export function summaryOf(text: string): string {
  const [paragraph = ""] = text.split(/\n\s*\n/);
  const line = paragraph.replace(/\s+/g, " ").trim();
  const sentence = /^.*?[.!?](?=\s|$)/.exec(line)?.[0] ?? line;
  return sentence.replace(/\.$/, "");
}
