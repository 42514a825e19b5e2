import { expect, it } from "vitest";
import { requestLimits } from "./limits";

it("sets no limit to a developer's own machine unless one is asked for", () => {
  expect(requestLimits({}, "local")).toBeNull();
  expect(requestLimits({ VAPORFORM_REQUESTS_PER_MINUTE: "5" }, "local")).toEqual({
    perUserPerMinute: 5,
    perAddressPerMinute: 6_000,
  });
});

it("limits requests anywhere else", () => {
  expect(requestLimits({}, "aws")).toEqual({ perUserPerMinute: 1_200, perAddressPerMinute: 6_000 });
});

it("does not take nonsense for a limit", () => {
  expect(() => requestLimits({ VAPORFORM_REQUESTS_PER_MINUTE: "many" }, "aws")).toThrow(
    "VAPORFORM_REQUESTS_PER_MINUTE",
  );
});
