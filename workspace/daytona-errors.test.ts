import { describe, expect, it } from "vitest";
import { translateDaytonaError } from "./daytona-errors";

const failure = (message: string, statusCode?: number, headers: Record<string, string> = {}) =>
  Object.assign(new Error(message), { statusCode, headers });

describe("an error of Daytona's", () => {
  it.each([
    ["Invalid credentials", 401, "daytona_unauthorized"],
    ["Access denied", 403, "daytona_forbidden"],
    ["<!DOCTYPE html><html>", 502, "daytona_wrong_url"],
    [
      "Required parameter sandboxId was null or undefined when calling getToolboxProxyUrl.",
      undefined,
      "daytona_wrong_url",
    ],
    ["response.data.items is not iterable", undefined, "daytona_wrong_url"],
    ["Total memory limit exceeded. Maximum allowed: 10.", 400, "daytona_quota_exceeded"],
    ["ThrottlerException: Too Many Requests", 429, "daytona_rate_limited"],
    ["Sandbox state change in progress", 409, "daytona_unavailable"],
    ["No available runners", 400, "daytona_unavailable"],
    ["Sandbox failed to start: out of disk", 400, "daytona_sandbox_failed"],
    ["name must be a string", 400, "daytona_rejected"],
    ["Bad Gateway", 502, "daytona_unavailable"],
    ["socket hang up", undefined, "daytona_unavailable"],
    ["request timeout", 408, "daytona_unavailable"],
  ])("'%s' with status %s is %s", (message, status, reason) => {
    expect(translateDaytonaError(failure(message, status)).reason).toBe(reason);
  });

  it("is told without the key and without a web page", () => {
    const key = `dtn_${"0a".repeat(32)}`;
    expect(translateDaytonaError(failure(`sent Bearer ${key}`, 400)).message).not.toContain(key);
    expect(translateDaytonaError(failure("<!doctype html><p>secret page", 200)).message).not.toContain("secret page");
  });

  it.each([
    [{ "Retry-After": "7" }, 7],
    [{ "retry-after-sandbox-create": "3" }, 3],
    [{ "Retry-After-Sandbox-Lifecycle": "4" }, 4],
    [{ "Retry-After-Authenticated": "5" }, 5],
    [{ "Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT" }, 600],
    [{ "Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT" }, 1],
    [{ "Retry-After": "0" }, 1],
    [{ "Retry-After": "-5" }, undefined],
    [{ "Retry-After": "999999" }, 600],
    [{ "Retry-After": "soon" }, undefined],
    [{}, undefined],
  ])("%j asks to wait %s seconds", (headers, seconds) => {
    expect(translateDaytonaError(failure("slow down", 429, headers)).retryAfterSeconds).toBe(seconds);
  });

  it("keeps Daytona's own words for the log, without the key", () => {
    const key = `dtn_${"0a".repeat(32)}`;
    const translated = translateDaytonaError(failure(`<!doctype html><p>a page for ${key}`, 502));
    expect(translated).toMatchObject({ detail: "HTTP 502: <!doctype html><p>a page for [redacted]" });
  });

  it("may be no Error at all", () => {
    expect(translateDaytonaError({ type: "error" }).reason).toBe("daytona_unavailable");
  });
});
