import { describe, expect, it } from "vitest";
import { parseRepositoryReference } from "./repository-reference";

const GITHUB = ["github.com", "www.github.com", "ssh.github.com"];
const ENTERPRISE = ["github.example.com:8443", "github.example.com"];

describe("a repository", () => {
  it.each([
    ["owner/name", { owner: "owner", name: "name" }],
    [" owner/name.js ", { owner: "owner", name: "name.js" }],
    ["https://github.com/owner/name", { owner: "owner", name: "name" }],
    ["https://www.github.com/owner/name/", { owner: "owner", name: "name" }],
    ["https://github.com/owner/name.git", { owner: "owner", name: "name" }],
    ["git@github.com:owner/name.git", { owner: "owner", name: "name" }],
    ["ssh://git@github.com/owner/name", { owner: "owner", name: "name" }],
    ["ssh://git@github.com/owner/name.git", { owner: "owner", name: "name" }],
    ["ssh://git@ssh.github.com:443/owner/name.git", { owner: "owner", name: "name" }],
    ["https://github.com/owner/name/tree/main/", { owner: "owner", name: "name", treePath: "main" }],
    ["owner/name/tree/main/src/a folder", { owner: "owner", name: "name", treePath: "main/src/a folder" }],
    ["https://github.com/owner/name/tree/main", { owner: "owner", name: "name", treePath: "main" }],
    ["https://github.com/owner/name/tree/feature/a-b", { owner: "owner", name: "name", treePath: "feature/a-b" }],
    ["owner/name/tree/v1.2", { owner: "owner", name: "name", treePath: "v1.2" }],
    ["https://github.com/owner/name/tree/f%C3%A9", { owner: "owner", name: "name", treePath: "fé" }],
  ])("is read from %s", (text, expected) => {
    expect(parseRepositoryReference(text, GITHUB)).toEqual(expected);
  });

  it.each([
    "",
    "owner",
    "owner/",
    "/name",
    "owner/..",
    "owner/.",
    "../name",
    "-owner/name",
    "owner-/name",
    "own--er/name",
    "owner/a?b",
    "owner/a#b",
    "owner/a b",
    "owner%2fa",
    "owner/name/blob/main/x",
    "owner/name/tree",
    "owner/name/tree/..",
    "owner/name/tree/a..b",
    "owner/name/tree/-x",
    "owner/name/tree/a b",
    "owner/name/tree/main/../x",
    `owner/name/tree/${"d/".repeat(30)}x`,
    "git@github.com/owner/name",
    "ssh://root@github.com/owner/name",
    "https://github.com/owner%2fname/tree/main",
    "https://github.com/owner/name/tree/a%2fb",
    "http://github.com/owner/name",
    "ftp://github.com/owner/name",
    "file:///etc/passwd",
    "https://gitlab.com/owner/name",
    "https://api.github.com@evil.example/owner/name",
    "https://github.com@evil.example/owner/name",
    "https://user:pass@github.com/owner/name",
    "https://github.com:8443/owner/name",
    "https://api.github.com%2eevil.example/owner/name",
    "https://github.com.evil.example/owner/name",
    "https://github.com/owner/name?x=1",
    "https://github.com/owner/%2e%2e",
    "git@evil.example:owner/name",
    "javascript:alert(1)",
  ])("is not %j", (text) => {
    expect(() => parseRepositoryReference(text, GITHUB)).toThrow(
      expect.objectContaining({ reason: "invalid_repository" }),
    );
  });

  it.each([
    "owner/name",
    "https://github.example.com:8443/owner/name",
    "https://github.example.com/owner/name.git",
    "git@github.example.com:owner/name.git",
    "ssh://git@github.example.com:2222/owner/name.git",
  ])("of an Enterprise server has its host, as in %s", (text) => {
    expect(parseRepositoryReference(text, ENTERPRISE)).toEqual({ owner: "owner", name: "name" });
  });

  it.each(["https://github.com/owner/name", "git@github.com:owner/name", "ssh://git@github.com/owner/name"])(
    "of github.com is none of an Enterprise server's, which is said of %s",
    (text) => {
      expect(() => parseRepositoryReference(text, ENTERPRISE)).toThrow(
        expect.objectContaining({
          reason: "invalid_repository",
          message: expect.stringContaining("is not of github.example.com:8443"),
          hint: "Write owner/name, or an address of github.example.com:8443.",
        }),
      );
    },
  );

  it("does not show credentials that were sent along", () => {
    const secret = "x".repeat(20);
    expect(() => parseRepositoryReference(`https://user:${secret}@github.com/a/b`, GITHUB)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(`${secret}@`) }),
    );
  });
});
