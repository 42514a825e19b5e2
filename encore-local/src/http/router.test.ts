import { expect, it } from "vitest";
import type { PathSegment } from "../model/types";
import { Router } from "./router";

function segments(path: string): PathSegment[] {
  return path
    .slice(1)
    .split("/")
    .map((part): PathSegment => {
      if (part.startsWith(":")) return { kind: "param", name: part.slice(1), type: "string" };
      if (part.startsWith("*")) return { kind: "wildcard", name: part.slice(1) };
      if (part.startsWith("!")) return { kind: "fallback", name: part.slice(1) };
      return { kind: "literal", value: part };
    });
}

function routerOf(paths: string[]): Router<string> {
  const router = new Router<string>();
  for (const path of paths) {
    const [method = "", pattern = ""] = path.split(" ");
    router.add(segments(pattern), [method], pattern);
  }
  router.finish();
  return router;
}

const router = routerOf([
  "GET /a/fixed",
  "GET /a/:id",
  "GET /a/:id/deep",
  "GET /files/*path",
  "GET /files/:name/meta",
  "POST /a/:id",
  "GET /!rest",
]);

it.each([
  ["GET /a/fixed", "/a/fixed", []],
  ["GET /a/x", "/a/:id", ["x"]],
  ["GET /a/x/", "/a/:id", ["x"]],
  ["GET /a/fixed/deep", "/a/:id/deep", ["fixed"]],
  ["GET /files/x/meta", "/files/:name/meta", ["x"]],
  ["GET /files/x/y", "/files/*path", ["x/y"]],
  ["GET /files/", "/files/*path", []],
  ["GET /files//x", "/files/*path", ["/x"]],
  ["GET /elsewhere/1", "/!rest", ["elsewhere/1"]],
  ["GET /a/", "/!rest", ["a/"]],
  ["GET /a//", "/a/:id", [""]],
  ["GET /a//deep", "/a/:id/deep", [""]],
])("routes %s to %s with %j", (request, target, params) => {
  const [method = "", path = ""] = request.split(" ");
  expect(router.find(method, path)).toEqual({ target, params });
});

it("lets the path decide before the method", () => {
  const plain = routerOf(["GET /a/fixed", "POST /a/:id"]);
  expect(plain.find("POST", "/a/fixed")).toBe("no-such-method");
  expect(plain.find("GET", "/b")).toBe("no-such-path");
});

it("leaves the path with a slash to an endpoint of its own", () => {
  const plain = routerOf(["GET /a", "GET /a/"]);
  expect(plain.find("GET", "/a/")).toEqual({ target: "/a/", params: [] });
});
