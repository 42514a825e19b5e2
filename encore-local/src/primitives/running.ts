import type { RuntimeHost } from "../runtime/host";

/** What a primitive answers below `/__encore/`. */
export interface Page {
  type: string;
  body: string;
}

/** A primitive at work. The smallest, secrets, is the template for the next. */
export interface RunningPrimitive {
  /** What the SDK calls on the runtime object, by name. */
  methods: Record<string, unknown>;
  /** Pages below `/__encore/`, by name. */
  pages?: Record<string, () => Page>;
  /** Called once no request runs any more; resolves when nothing of the primitive does. */
  shutDown?: () => Promise<void>;
}

export type StartPrimitive = (host: RuntimeHost) => RunningPrimitive;
