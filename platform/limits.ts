import { z } from "zod";

/** How much anybody may ask. */
export interface RequestLimits {
  perUserPerMinute: number;
  /** Higher: a company's users come from one address. */
  perAddressPerMinute: number;
}

const DEFAULTS: RequestLimits = { perUserPerMinute: 1_200, perAddressPerMinute: 6_000 };

const number = z.coerce.number().int().positive().optional();
const environment = z.object({
  VAPORFORM_REQUESTS_PER_MINUTE: number,
  VAPORFORM_REQUESTS_PER_MINUTE_PER_ADDRESS: number,
});

/** From the environment. On a developer's machine, whose one user may do as he likes, there are none unless they are set. */
export function requestLimits(env: NodeJS.ProcessEnv, cloud: string): RequestLimits | null {
  const { VAPORFORM_REQUESTS_PER_MINUTE: user, VAPORFORM_REQUESTS_PER_MINUTE_PER_ADDRESS: address } =
    environment.parse(env);
  if (cloud === "local" && user === undefined && address === undefined) return null;
  return {
    perUserPerMinute: user ?? DEFAULTS.perUserPerMinute,
    perAddressPerMinute: address ?? DEFAULTS.perAddressPerMinute,
  };
}
