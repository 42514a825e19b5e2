import { afterAll, beforeAll, expect, it } from "vitest";
import { AUDIENCE, startIssuer, type TestIssuer } from "../tests/support/issuer";
import { lookAtSignIn } from "./sign-in-readiness";

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

it("is ok while the issuer's keys can be loaded, and unavailable while they cannot", async () => {
  const options = { issuer: issuer.url, audience: AUDIENCE, local: false };
  expect(await lookAtSignIn(options)).toBe("ok");
  issuer.setKeysStatus(503);
  expect(await lookAtSignIn(options)).toBe("unavailable");
  issuer.setKeysStatus(200);
  expect(await lookAtSignIn(options)).toBe("ok");
});

it("is unavailable where nobody can sign in for want of a secret, and of no concern on a developer's machine", async () => {
  expect(await lookAtSignIn({ issuer: "", audience: "", local: false })).toBe("unavailable");
  expect(await lookAtSignIn({ issuer: issuer.url, audience: "", local: true })).toBe("unavailable");
  expect(await lookAtSignIn({ issuer: "", audience: "", local: true })).toBe("development");
});

it("is unavailable where the issuer calls itself otherwise", async () => {
  const other = { issuer: `${issuer.url}/`, audience: AUDIENCE, local: false };
  expect(await lookAtSignIn(other)).toBe("unavailable");
});
