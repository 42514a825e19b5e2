/** A doc comment of its own lines, or nothing. */
export function docText(doc: string | undefined): string {
  if (doc === undefined) return "";
  const lines = doc.replaceAll("*/", "*\\/").split("\n");
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}

export const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");
