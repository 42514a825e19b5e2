import { describe, expect, it } from "vitest";
import { redact, redactedMessage } from "./redaction";

// Assembled at run time, so that nothing in the repository looks like a credential.
const hex = "0123456789abcdef".repeat(4);
const letters = "Ab1".repeat(13);
const credentials: Record<string, { text: string; secret: string }> = {
  "a classic GitHub token": { text: `clone with ghp_${letters} failed`, secret: letters },
  "a fine-grained GitHub token": { text: `github_pat_${letters}`, secret: letters },
  "a Daytona key with an underscore": { text: `key dtn_${hex}.`, secret: hex },
  "a Daytona key of the older form": { text: `dtn${hex}`, secret: hex },
  "a bearer header": { text: `authorization: Bearer ${letters}`, secret: letters },
  "a bearer token in prose": { text: `sent Bearer ${letters}, got 401`, secret: letters },
  "basic credentials": { text: `Basic ${letters}==`, secret: letters },
  "a JSON header": { text: `{"Authorization":"token ${letters}"}`, secret: letters },
  "an api key by name": { text: `x-api-key: ${letters}`, secret: letters },
  "a password by name": { text: `password=${letters}&x=1`, secret: letters },
  "a JWT": { text: ["eyJhbGciOi", "eyJzdWIi", "c2ln"].join("."), secret: "eyJzdWIi" },
  "a database URI": { text: `mongodb://user:${letters}@db.example/x`, secret: letters },
  "a token in a query": { text: `https://codeload.example/a?token=${letters}&x=1`, secret: letters },
  "a cookie": { text: `set-cookie: session=${letters}; Path=/`, secret: letters },
  "a PEM block": {
    text: `-----BEGIN ${"PRIVATE"} KEY-----\n${letters}\n-----END ${"PRIVATE"} KEY-----`,
    secret: letters,
  },
};

describe("redact", () => {
  for (const [name, { text, secret }] of Object.entries(credentials)) {
    it(`takes out ${name}`, () => {
      const redacted = redact(text);
      expect(redacted).not.toContain(secret);
      expect(redacted).toContain("[redacted]");
    });
  }

  it("leaves ordinary text alone", () => {
    const text = "GET https://api.github.com/repos/a/b?page=2 answered 404: Not Found";
    expect(redact(text)).toBe(text);
  });

  it("keeps what stands around a credential", () => {
    expect(redact(`before Bearer ${letters} after`)).toBe("before Bearer [redacted] after");
  });
});

describe("redactedMessage", () => {
  it("reads the message of an error and the text of anything else", () => {
    expect(redactedMessage(new Error(`bad token ghp_${letters}`))).toBe("bad token [redacted]");
    expect(redactedMessage({ toString: () => `Bearer ${letters}` })).toBe("Bearer [redacted]");
  });
});
