import { describe, expect, it } from "vitest";
import { signIn } from "./sign-in";

const verifier = { verify: async (token: string) => `verified ${token}` };

describe("signing in", () => {
  it("takes dev:<name> locally while no issuer is configured", async () => {
    expect(await signIn("Bearer dev:alice", { local: true, verifier: undefined })).toBe("alice");
  });

  it("takes the scheme in any case", async () => {
    expect(await signIn("bearer dev:alice", { local: true, verifier: undefined })).toBe("alice");
  });

  it("hands every token to the issuer's verifier once there is one, dev tokens too", async () => {
    expect(await signIn("Bearer dev:alice", { local: true, verifier })).toBe("verified dev:alice");
  });

  it("refuses everyone outside the local environment while no issuer is configured", async () => {
    const outcome = signIn("Bearer dev:alice", { local: false, verifier: undefined });
    await expect(outcome).rejects.toMatchObject({ reason: "auth_not_configured" });
  });

  it.each([
    "",
    "Bearer",
    "Bearer ",
    "Basic abc",
    "dev:alice",
    "Bearer dev:",
    "Bearer dev:a b",
    "Bearer dev:../x",
    "Bearer other",
  ])("rejects %j", async (header) => {
    const outcome = signIn(header, { local: true, verifier: undefined });
    await expect(outcome).rejects.toMatchObject({ reason: "credentials_rejected" });
  });
});
