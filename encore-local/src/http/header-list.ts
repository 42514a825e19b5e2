/** Headers as Node writes them fastest: names in lower case and values by turns. */
export type HeaderList = (string | string[])[];

/** What the app answers counts for more than what every answer carries. */
export function setHeader(list: HeaderList, name: string, value: string | string[]): void {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === name) {
      list[i + 1] = value;
      return;
    }
  }
  list.push(name, value);
}
