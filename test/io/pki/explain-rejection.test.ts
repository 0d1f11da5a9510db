import { expect, test } from "vitest";
import { type RejectionCase, rejectionMessage } from "../../../src/io/pki/explain-rejection.ts";

const NOW = Date.parse("2026-03-04T05:06:07Z");
const DAY = 24 * 3_600_000;
const GOOD = { from: NOW - DAY, to: NOW + DAY };
const BASE: RejectionCase = { status: 401, client: GOOD, isOurs: true, now: NOW };

test.each<[string, Partial<RejectionCase>, string]>([
  [
    "a certificate that has ended",
    { client: { from: 0, to: NOW - DAY } },
    "has ended at 2026-03-03T05:06:07Z: join again with a new token",
  ],
  [
    "one that is of the future",
    { client: { from: NOW + DAY, to: NOW + 2 * DAY } },
    "is valid from 2026-03-05T05:06:07Z, and this host's clock says 2026-03-04T05:06:07Z: set the clock",
  ],
  ["one that was good", {}, "does not accept the certificate of this node"],
  ["one of somebody else's making", { isOurs: false }, "put a new one into the kubeconfig"],
  ["a server of another authority", { status: 0, code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, "is not signed by the CA"],
  [
    "a server's chain of another authority",
    { status: 0, code: "SELF_SIGNED_CERT_IN_CHAIN" },
    "is not signed by the CA",
  ],
  [
    "a server's certificate that has ended",
    { status: 0, code: "CERT_HAS_EXPIRED" },
    "certificate has ended, or the clock is ahead: this host's clock says 2026-03-04",
  ],
  ["a server's certificate of the future", { status: 0, code: "CERT_NOT_YET_VALID" }, "the clock is behind"],
  [
    "another server's name",
    { status: 0, code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    "is not for the address in the kubeconfig",
  ],
  ["a handshake that breaks off", { status: 0, code: "EPROTO", client: { from: 0, to: NOW - 1 } }, "has ended"],
])("%s", (_, change, expected) => {
  expect(rejectionMessage({ ...BASE, ...change })).toContain(expected);
});

test("a token", () => {
  const { client: _, ...token } = BASE;
  expect(rejectionMessage(token)).toContain("does not accept the token of this node: join again");
});

test.each([[{ status: 0, code: "ECONNREFUSED" }], [{ status: 0 }], [{ status: 403 }], [{ status: 0, code: "EPROTO" }]])(
  "%o has another cause",
  (change) => {
    expect(rejectionMessage({ ...BASE, ...change })).toBeUndefined();
  },
);
