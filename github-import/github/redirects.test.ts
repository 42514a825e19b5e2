import { describe, expect, it } from "vitest";
import { requireTrustedHop } from "./redirects";

const github = "https://api.github.com";
const enterprise = "https://github.example.com/api/v3";
const withPort = "https://github.example.com:8443/api/v3";
const residency = "https://api.octocorp.ghe.com";
const local = "http://127.0.0.1:3985";

describe("a hop of a redirect", () => {
  it.each([
    [github, "https://api.github.com/repositories/1"],
    [github, "https://codeload.github.com/a/b"],
    [enterprise, "https://github.example.com/x"],
    [enterprise, "https://codeload.github.example.com/x"],
    [enterprise, "https://github.example.com/_codeload/a/b"],
    [withPort, "https://github.example.com:8443/_codeload/a/b"],
    [withPort, "https://codeload.github.example.com:8443/a/b"],
    [residency, "https://codeload.octocorp.ghe.com/a/b"],
    [local, "http://127.0.0.1:3985/x"],
    [local, "http://localhost:9999/x"],
  ])("from %s to %s is followed", (api, url) => {
    expect(() => requireTrustedHop(new URL(url), new URL(api))).not.toThrow();
  });

  it.each([
    [github, "http://api.github.com/x"],
    [github, "http://codeload.github.com/x"],
    [github, "https://evil.example/x"],
    [github, "https://codeload.github.com.evil.example/x"],
    [github, "https://codeload.github.com:8443/x"],
    [github, "https://user:pass@codeload.github.com/x"],
    [github, "http://127.0.0.1/x"],
    [github, "http://169.254.169.254/latest/meta-data"],
    [enterprise, "https://codeload.github.com/x"],
    [enterprise, "https://codeload.example.com/x"],
    [withPort, "https://codeload.github.example.com/x"],
    [residency, "https://codeload.ghe.com/x"],
    [residency, "https://octocorp.ghe.com/x"],
    [local, "https://evil.example/x"],
    [local, "http://10.0.0.1/x"],
  ])("from %s to %s is refused", (api, url) => {
    expect(() => requireTrustedHop(new URL(url), new URL(api))).toThrow(
      expect.objectContaining({ reason: "github_bad_answer" }),
    );
  });
});
