import type { Location } from "./types";

/** Something that Encore's parser would reject, or that this runtime lacks. All of them are reported at once. */
export interface Diagnostic {
  /** Stable, upper case, such as `E1203`; listed in the README of encore-local. */
  code: string;
  severity: "error" | "warning";
  /** What is wrong, in one sentence. */
  message: string;
  /** What to do about it. */
  remedy: string;
  location: Location;
}
