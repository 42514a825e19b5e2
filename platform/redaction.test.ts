import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { REASONS } from "./reasons";
import { redact, redactedError, redactedFields, redactedMessage, rememberCredential } from "./redaction";

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
  "a password with an at sign and a slash": { text: `mongodb+srv://user:p@/${letters}@db.example/x`, secret: letters },
  "JSON within JSON": { text: JSON.stringify(JSON.stringify({ password: letters })), secret: letters },
  "a name that ends in secret": { text: `client_secret=${letters}`, secret: letters },
  "a name in camel case": { text: `{"accessToken":"${letters}"}`, secret: letters },
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

  it.each(["send 'Authorization: Bearer dev:<name>'", "a fresh token as 'Authorization: Bearer <token>'."])(
    "leaves the hint %j alone",
    (hint) => {
      expect(redact(hint)).toBe(hint);
    },
  );

  it("leaves every hint of the catalogue alone", () => {
    for (const { hint } of Object.values(REASONS)) expect(redact(hint)).toBe(hint);
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

describe("rememberCredential", () => {
  it("has a credential without any form taken out", () => {
    const credential = "neither form nor name";
    expect(redact(`<p>${credential}</p>`)).toContain(credential);
    rememberCredential(credential);
    expect(redact(`<p>${credential}</p>`)).toBe("<p>[redacted]</p>");
  });

  it("does not have every word of a short one taken out", () => {
    rememberCredential("import");
    expect(redact("an import failed")).toBe("an import failed");
  });
});

describe("redactedError", () => {
  it("keeps name, message and causes, and neither credentials nor other properties", () => {
    const request = Object.assign(new TypeError(`GET https://a:${letters}@host failed`), {
      config: { headers: { Authorization: letters } },
    });
    const shown = inspect(redactedError(new Error("the call failed", { cause: request })), { depth: null });
    expect(shown).not.toContain(letters);
    expect(shown).toMatch(/the call failed[\s\S]*TypeError[\s\S]*redacted\]@host failed/);
  });

  it("comes to an end with an error that is its own cause", () => {
    const error = new Error("round");
    error.cause = error;
    expect(redactedError(error).message).toBe("round");
  });
});

describe("redactedFields", () => {
  it.each(["authorization", "Cookie", "set-cookie", "X-API-Key", "apiKey", "password", "clientSecret", "access_token"])(
    "hides what stands under %s",
    (name) => {
      expect(redactedFields({ nested: [{ [name]: { any: "thing" }, id: 1 }] })).toEqual({
        nested: [{ [name]: "[redacted]", id: 1 }],
      });
    },
  );

  it("redacts text and errors wherever they stand, and leaves the rest", () => {
    expect(redactedFields({ a: `Bearer ${letters}`, b: [new Error(`ghp_${letters}`)], c: 1, d: null })).toEqual({
      a: "Bearer [redacted]",
      b: ["[redacted]"],
      c: 1,
      d: null,
    });
    expect(redactedFields({ tokens: 3, id: "x" })).toEqual({ tokens: 3, id: "x" });
  });
});
