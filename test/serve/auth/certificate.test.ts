import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import { selfSigned } from "../../../src/serve/auth/self-signed.ts";
import { isUsable } from "../../../src/serve/auth/serving-pair.ts";

const DAY = 24 * 3_600_000;
const NOW = Date.parse("2026-03-04T05:06:07Z");
const NAMES = [
  "node-a",
  "node-a.example.org",
  "192.0.2.1",
  "10.0.0.200",
  "2001:db8::1",
  "::1",
  "fe80::1:2:3:4",
  "::ffff:192.0.2.1",
];

describe("selfSigned()", () => {
  const { certificate, key } = selfSigned("node-a", NAMES, NOW, 365 * DAY);
  const read = new X509Certificate(certificate);

  test("is a certificate for just these names, signed by its own key", () => {
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect([read.subject, read.issuer, read.ca, read.keyUsage]).toEqual([
      "CN=node-a",
      "CN=node-a",
      false,
      ["1.3.6.1.5.5.7.3.1"],
    ]);
    expect(NAMES.filter((name) => !(isIP(name) ? read.checkIP(name) : read.checkHost(name)))).toEqual([]);
    expect([read.checkHost("node-b"), read.checkIP("192.0.2.2")]).toEqual([undefined, undefined]);
    expect(read.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  });

  test("is valid from an hour ago for as long as asked, also beyond 2050", () => {
    expect([read.validFromDate.getTime(), read.validToDate.getTime()]).toEqual([NOW - 3_600_000, NOW + 365 * DAY]);
    const late = new X509Certificate(selfSigned("a", ["a"], NOW, 40 * 365 * DAY).certificate);
    expect(late.validToDate.getTime()).toBe(NOW + 40 * 365 * DAY);
  });

  test("is another one each time", () => {
    const serials = Array.from(
      { length: 20 },
      () => new X509Certificate(selfSigned("a", ["a"], NOW, DAY).certificate).serialNumber,
    );
    expect(new Set(serials).size).toBe(20);
  });
});

describe("isUsable()", () => {
  const { certificate, key } = selfSigned("node-a", NAMES, NOW, 365 * DAY);
  const other = selfSigned("node-a", NAMES, NOW, 365 * DAY);

  test.each<[string, string, readonly string[], number, boolean]>([
    ["now", key + certificate, NAMES, NOW, true],
    ["for some of its names", key + certificate, ["node-a"], NOW, true],
    ["for a new address", key + certificate, [...NAMES, "192.0.2.9"], NOW, false],
    ["a month before its end", key + certificate, NAMES, NOW + 336 * DAY, false],
    ["before its time", key + certificate, NAMES, NOW - DAY, false],
    ["with another key", other.key + certificate, NAMES, NOW, false],
    ["cut off", key + certificate.slice(0, 200), NAMES, NOW, false],
    ["empty", "", NAMES, NOW, false],
  ])("%s", (_, text, names, now, expected) => {
    expect(isUsable(text, names, now, 30 * DAY)).toBe(expected);
  });
});
