import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { expect, test } from "vitest";
import { certificateRequest, makeKey, requestName } from "../../../src/io/pki/certificate-request.ts";

/** As another implementation reads it. */
function openssl(request: string): string {
  const flags = ["req", "-verify", "-noout", "-text", "-subject", "-nameopt", "RFC2253"];
  return execFileSync("openssl", flags, { input: request, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
}

test("openssl reads of a client's request whose it is, and that the key has signed it", () => {
  const read = openssl(certificateRequest(makeKey(), "edge-1", []));
  expect(read).toContain("subject=CN=system:node:edge-1,O=system:nodes");
  expect(read).toContain("NIST CURVE: P-256");
  expect(read).not.toContain("Subject Alternative Name");
});

test("openssl reads of a serving request all its names", () => {
  const names = ["edge-1.example.org", "192.0.2.1", "2001:db8::1"];
  const read = openssl(certificateRequest(makeKey(), "edge-1", names));
  expect(read).toMatch(
    /Subject Alternative Name:\s*DNS:edge-1\.example\.org, IP Address:192\.0\.2\.1, IP Address:2001:DB8:0:0:0:0:0:1/,
  );
});

test("a name that is no printable string is taken all the same", () => {
  expect(openssl(certificateRequest(makeKey(), "edge_1", []))).toContain("CN=system:node:edge_1");
});

test("a key is a private one on P-256, another each time", () => {
  const [one, two] = [makeKey(), makeKey()];
  expect(createPrivateKey(one).asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  expect(one).not.toBe(two);
});

test("the request's name follows from kind and key, and is one that the API server takes", () => {
  const key = makeKey();
  expect(requestName("client", key)).toBe(requestName("client", key));
  expect(requestName("client", key)).toMatch(/^unitlet-client-[0-9a-f]{32}$/);
  expect(requestName("serving", key)).not.toBe(requestName("client", key));
  expect(requestName("client", makeKey())).not.toBe(requestName("client", key));
});
