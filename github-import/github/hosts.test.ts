import { describe, expect, it } from "vitest";
import { apiUrl, repositoryHosts } from "./hosts";

describe("GITHUB_API_URL", () => {
  it.each([
    [undefined, "https://api.github.com"],
    [" ", "https://api.github.com"],
    ["https://ghe.example.com/api/v3/", "https://ghe.example.com/api/v3"],
    ["https://api.octocorp.ghe.com", "https://api.octocorp.ghe.com"],
    ["http://127.0.0.1:3985", "http://127.0.0.1:3985"],
    ["http://localhost:3985/api/v3", "http://localhost:3985/api/v3"],
  ])("of %j is %s", (given, expected) => {
    expect(apiUrl({ GITHUB_API_URL: given })).toBe(expected);
  });

  it.each([
    "ghe.example.com/api/v3",
    "http://ghe.example.com/api/v3",
    "ftp://ghe.example.com",
    "https://user:pass@ghe.example.com/api/v3",
    "https://ghe.example.com/api/v3?token=x",
    "https://ghe.example.com/#x",
    "nonsense",
  ])("of %j is refused, and says what it should be", (given) => {
    expect(() => apiUrl({ GITHUB_API_URL: given })).toThrow(/https:\/\/HOST\/api\/v3/);
  });
});

describe("repositories' own addresses", () => {
  const github = ["github.com", "www.github.com", "ssh.github.com"];
  it.each([
    ["https://api.github.com", github],
    ["http://127.0.0.1:3985", github],
    ["https://ghe.example.com/api/v3", ["ghe.example.com"]],
    ["https://ghe.example.com:8443/api/v3", ["ghe.example.com:8443", "ghe.example.com"]],
    ["https://api.example.com/api/v3", ["api.example.com"]],
    ["https://api.octocorp.ghe.com", ["octocorp.ghe.com"]],
    ["http://127.0.0.1:3985/api/v3", ["127.0.0.1:3985", "127.0.0.1"]],
  ])("of %s have the hosts %j", (api, expected) => {
    expect(repositoryHosts(api)).toEqual(expected);
  });
});
