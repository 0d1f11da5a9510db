import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { joinOptions } from "../../src/cli/join-options.ts";

const HASH = `sha256:${"0a".repeat(32)}`;
const directory = mkdtempSync(join(tmpdir(), "unitlet-join-"));
const file = join(directory, "token");
writeFileSync(file, "abcdef.0123456789abcdef\n");
afterAll(() => rmSync(directory, { recursive: true }));

const BASE = ["--server", "https://192.0.2.1:6443", "--token-file", file, "--ca-cert-hash", HASH];

test("server, token out of a file, hash", () => {
  expect(joinOptions(BASE)).toEqual({
    server: "https://192.0.2.1:6443",
    token: "abcdef.0123456789abcdef",
    hashes: [HASH],
    isUnsafe: false,
    timeout: 120_000,
    output: "text",
  });
});

test.each<[string, string[], object]>([
  ["another hash", ["--ca-cert-hash", HASH.toUpperCase().replace("SHA", "sha")], { hashes: [HASH, HASH] }],
  ["a name", ["--node-name", "edge-1"], { nodeName: "edge-1" }],
  ["namespaces", ["--host-files", "shop,web"], { hostFiles: "shop,web" }],
  ["a network", ["--pod-network", "bridge"], { podNetwork: "bridge" }],
  ["a time", ["--timeout", "5"], { timeout: 5000 }],
  ["no care", ["--unsafe-skip-ca-verification"], { isUnsafe: true }],
  ["the authority", ["--ca-file", "/ca.crt"], { caFile: "/ca.crt" }],
  ["a server with a path and a slash", ["--server", "https://192.0.2.1/k8s/"], { server: "https://192.0.2.1/k8s" }],
])("and %s", (_, more, expected) => {
  expect(joinOptions([...BASE, ...more])).toMatchObject(expected);
});

describe("is refused, with the usage:", () => {
  test.each<[string, string[], string]>([
    ["nothing", [], "--server is missing: give the URL of the API server"],
    ["no token", ["--server", "https://x"], "--token-file is missing or its token is empty"],
    ["two tokens", [...BASE, "--token", "x"], "--token and --token-file: give only one of them"],
    [
      "a file that is not there",
      ["--server", "https://x", "--token-file", "/no/such"],
      "--token-file /no/such: ENOENT",
    ],
    ["http", ["--server", "http://x"], "expected an https:// URL"],
    ["no namespace", [...BASE, "--host-files", "Shop"], "--host-files Shop: expected all, none or namespaces"],
    ["no network", [...BASE, "--pod-network", "calico"], "--pod-network calico: expected host, bridge or cni"],
    ["half a hash", [...BASE, "--ca-cert-hash", "sha256:00"], "expected sha256: and 64 hex digits"],
    ["no number", [...BASE, "--timeout", "long"], "expected a whole number of seconds"],
    ["an unknown option", [...BASE, "--foo"], "Unknown option '--foo'"],
    ["both ways at once", [...BASE, "--bootstrap-kubeconfig", "/x"], "omit --server, --token and --token-file"],
  ])("%s", (_, args, words) => {
    expect(() => joinOptions(args)).toThrow(words);
    expect(() => joinOptions(args)).toThrow("usage: unitlet join");
  });
});
