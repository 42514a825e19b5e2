import { describe, expect, it } from "vitest";
import { lookAtParts, registerPart } from "./readiness";

describe("looking at the parts", () => {
  it("tells each by its name, and of one that fails only that it is away", async () => {
    registerPart({ name: "b", keepMs: 0, look: async () => "ok" });
    registerPart({ name: "a", keepMs: 0, look: () => Promise.reject(new Error("mongodb://user:secret@host")) });
    expect(await lookAtParts()).toEqual([
      { name: "a", status: "unavailable" },
      { name: "b", status: "ok" },
    ]);
  });

  it("looks once for all who ask at the same time", async () => {
    let looks = 0;
    registerPart({
      name: "counted",
      keepMs: 60_000,
      look: async () => {
        looks += 1;
        return "ok";
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => lookAtParts()));
    expect(looks).toBe(1);
  });
});
