export interface ReplayContext {
  home: string;
  dir: string;
}
export function open(base: string, headers: Record<string, string>): Promise<ReplayContext>;
export function perform(
  base: string,
  headers: Record<string, string>,
  context: ReplayContext,
  request: unknown,
): Promise<unknown>;
