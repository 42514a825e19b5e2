import { expect, it } from "vitest";
import { requestLimits, streamLimits } from "./limits";

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

it("limits streams everywhere, and takes other numbers from the environment", () => {
  expect(streamLimits({})).toEqual({ openPerUser: 50, messagesPerUserPerMinute: 6_000 });
  expect(streamLimits({ VAPORFORM_STREAMS_PER_USER: "3", VAPORFORM_STREAM_MESSAGES_PER_MINUTE: "9" })).toEqual({
    openPerUser: 3,
    messagesPerUserPerMinute: 9,
  });
  expect(() => streamLimits({ VAPORFORM_STREAMS_PER_USER: "0" })).toThrow("VAPORFORM_STREAMS_PER_USER");
});
