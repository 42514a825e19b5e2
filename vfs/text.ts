import { isUtf8 } from "node:buffer";

/**
 * Whether something that begins so is text: UTF-8 without NUL. The beginning may end in the middle of a character. All else
 * counts as binary, as it does for git.
 */
export function beginsAsText(head: Buffer): boolean {
  if (head.includes(0)) return false;
  for (let cut = 0; cut < 4 && cut <= head.length; cut++) {
    if (isUtf8(head.subarray(0, head.length - cut))) return true;
  }
  return false;
}
