import { afterEach, describe, expect, it, vi } from "vitest";

let cloud = "local";
vi.mock("encore.dev", async (original) => {
  const encore = await original<typeof import("encore.dev")>();
  return {
    ...encore,
    appMeta: () => {
      const meta = encore.appMeta();
      return { ...meta, environment: { ...meta.environment, cloud } };
    },
  };
});
const { auth } = await import("./auth-handler");

afterEach(() => {
  cloud = "local";
});

describe("a developer's token", () => {
  it("signs in where the environment is a developer's machine", async () => {
    expect(await auth({ authorization: "Bearer dev:alice" })).toEqual({ userID: "alice" });
  });

  it.each(["aws", "gcp", "azure", "encore", "local ", "LOCAL", ""])("is dead in the cloud %j", async (other) => {
    cloud = other;
    await expect(auth({ authorization: "Bearer dev:alice" })).rejects.toMatchObject({
      code: "unauthenticated",
      details: { reason: "auth_not_configured" },
    });
  });
});

it("says nothing of who does not sign in", async () => {
  expect(await auth({})).toBeNull();
});
