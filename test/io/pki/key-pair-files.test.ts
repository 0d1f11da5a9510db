import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { isFor } from "../../../src/io/pki/key-pair-files.ts";
import { selfSigned } from "../../../src/serve/auth/self-signed.ts";
import { signCertificate } from "../../support/sign-certificate.ts";

const NAMES = ["edge-1", "192.0.2.1", "2001:db8::1"];
const serving = new X509Certificate(selfSigned("edge-1", NAMES, Date.now(), 60_000).certificate);
const client = new X509Certificate(signCertificate({ node: "edge-1", from: 0, to: 1 }));

test.each([
  ["all its names", NAMES, true],
  ["some of its names", ["192.0.2.1"], true],
  ["a new address", [...NAMES, "192.0.2.2"], false],
  ["a new host name", [...NAMES, "edge-2"], false],
])("a serving certificate and %s", (_, names, expected) => {
  expect(isFor(serving, { kind: "serving", nodeName: "edge-1", names })).toBe(expected);
});

test.each([
  ["edge-1", true],
  ["edge", false],
  ["edge-10", false],
])("a client certificate of edge-1 and node %s", (nodeName, expected) => {
  expect(isFor(client, { kind: "client", nodeName, names: [] })).toBe(expected);
});
