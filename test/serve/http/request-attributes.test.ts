import { describe, expect, test } from "vitest";
import { parseTarget, requestAttributes } from "../../../src/serve/http/request-attributes.ts";

describe("parseTarget()", () => {
  test.each([
    ["/pods", ["pods"], ""],
    ["/pods/", ["pods"], ""],
    ["/", [""], ""],
    [
      "/containerLogs/ns/pod/main?follow=true&tailLines=0",
      ["containerLogs", "ns", "pod", "main"],
      "follow=true&tailLines=0",
    ],
    ["/a?b?c", ["a"], "b%3Fc="],
    ["/a%20b/c%3Fd", ["a b", "c?d"], ""],
    ["//pods", ["", "pods"], ""],
    [`/exec?command=${"a".repeat(100_000)}`, ["exec"], `command=${"a".repeat(100_000)}`],
  ])("%s", (url, segments, query) => {
    const target = parseTarget(url);
    expect([target?.segments, target?.query.toString()]).toEqual([segments, query]);
  });

  test.each([
    "",
    "pods",
    "https://elsewhere/pods",
    "*",
    "/a/../b",
    "/a/./b",
    "/a/%2e%2e/b",
    "/a/..%2fb",
    "/a%2fb",
    "/a%5cb",
    "/a%00",
    "/a%0d%0ab",
    "/a%7f",
    "/%",
    "/%c3%28",
  ])("refuses %j, which could mean two things", (url) => {
    expect(parseTarget(url)).toBeUndefined();
  });
});

describe("accessesOf()", () => {
  test.each([
    ["GET", "/healthz", "get healthz proxy"],
    ["GET", "/healthz/ping", "get healthz proxy"],
    ["HEAD", "/pods", "get pods proxy"],
    ["GET", "/runningpods/", "get pods proxy"],
    ["GET", "/configz", "get configz proxy"],
    ["GET", "/statusz", "get statusz proxy"],
    ["GET", "/stats/summary", "get stats"],
    ["GET", "/metrics", "get metrics"],
    ["GET", "/metrics/resource", "get metrics"],
    ["GET", "/logs/", "get log"],
    ["POST", "/checkpoint/ns/pod/c", "create checkpoint"],
    ["GET", "/containerLogs/ns/pod/c", "get proxy"],
    ["POST", "/exec/ns/pod/c", "create proxy"],
    ["GET", "/exec/ns/pod/c", "create proxy"],
    ["GET", "/attach/ns/pod/c", "create proxy"],
    ["GET", "/portForward/ns/pod", "create proxy"],
    ["PUT", "/run/ns/pod/c", "create proxy"],
    ["PUT", "/x", "update proxy"],
    ["PATCH", "/x", "patch proxy"],
    ["DELETE", "/x", "delete proxy"],
    ["OPTIONS", "/x", " proxy"],
    ["GET", "/", "get proxy"],
    ["GET", "/podsx", "get proxy"],
    ["GET", "/Pods", "get proxy"],
    ["GET", "//pods", "get proxy"],
    ["GET", "/constructor", "get proxy"],
  ])("%s %s needs %s", (method, path, expected) => {
    const accesses = requestAttributes(method, parseTarget(path)?.segments ?? []);
    expect([accesses[0]?.verb, ...accesses.map(({ subresource }) => subresource)].join(" ")).toBe(expected);
    expect(new Set(accesses.map(({ verb }) => verb)).size).toBe(1);
  });
});
