import { DecodeFailure } from "./decode-failure";

const TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Year, month from 1, day, hour, minute, second. */
type TimeParts = [year: number, month: number, day: number, hour: number, minute: number, second: number];

/**
 * Reads an RFC 3339 time. The reasons are those of Encore's date library, which names the first thing that is amiss.
 * @throws DecodeFailure
 */
export function parseTime(text: string): Date {
  const time = readTime(text);
  if (typeof time === "string") throw new DecodeFailure(`invalid datetime: ${time}`);
  return time;
}

/** The same, with the reason itself where the text is no time. */
export function readTime(text: string): Date | string {
  const match = TIME.exec(text);
  if (match === null) return syntaxFault(text);
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const parts = [year, month, day, hour, minute, second].map(Number) as TimeParts;
  const millis = fraction === undefined ? 0 : Math.floor(Number(`0${fraction}`) * 1000 + 1e-6);
  const offset = zoneMinutes(zone ?? "Z");
  if (!inRange(parts) || offset === null) return OUT_OF_RANGE;
  const [y, mo, d, h, mi, s] = parts;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  // A leap second is told apart in Encore, but a Date cannot hold it.
  date.setUTCHours(h, mi, s, millis);
  return new Date(date.getTime() - offset * 60_000);
}

const OUT_OF_RANGE = "input is out of range";

/** Whether such a day and time exist. */
export function inRange([year, month, day, hour, minute, second]: TimeParts): boolean {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return false;
  const lastDay = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 && !leap ? 28 : lastDay);
}

/** Minutes east of UTC, null when no such zone exists. */
function zoneMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

const SHORTEST_TIME = "2026-01-02T03:04:05Z".length;
const PUNCTUATION: [index: number, allowed: string][] = [
  [4, "-"],
  [7, "-"],
  [10, "Tt "],
  [13, ":"],
  [16, ":"],
];

function syntaxFault(text: string): string {
  if (Buffer.byteLength(text) < SHORTEST_TIME) return "premature end of input";
  for (const [index, allowed] of PUNCTUATION) {
    const part = text.slice(previousPunctuation(index) + 1, index);
    if (!/^\d+$/.test(part)) return "input contains invalid characters";
    if (!allowed.includes(text[index] ?? "")) return "input contains invalid characters";
  }
  if (!/^\d\d/.test(text.slice(17))) return "input contains invalid characters";
  const afterSeconds = text.slice(19).replace(/^\.\d+/, "");
  if (afterSeconds === "") return "premature end of input";
  if (/^([Zz]|[+-]\d{2}:\d{2})/.test(afterSeconds)) return "trailing input";
  if (/^[+-][\d:]*$/.test(afterSeconds)) return "premature end of input";
  return "input contains invalid characters";
}

function previousPunctuation(index: number): number {
  return PUNCTUATION.findLast(([earlier]) => earlier < index)?.[0] ?? -1;
}

/** As in JSON bodies: fractions only where there are any, `Z` for UTC. */
export function timeInJson(time: Date): string {
  return isoTime(time).replace(".000Z", "Z");
}

/** As in headers, queries and paths: the zone written as an offset. */
export function timeInText(time: Date): string {
  return timeInJson(time).replace("Z", "+00:00");
}

/** A date that holds no time counts as the beginning of 1970, as in Encore. */
export function isoTime(time: Date): string {
  if (Number.isNaN(time.getTime())) return new Date(0).toISOString();
  return time.toISOString();
}
