import { describe, expect, test } from "vitest";
import type { Validity } from "../../src/model/host/credentials.ts";
import { credentialsProblem } from "../../src/report/identity-problem.ts";
import { NOW } from "./base.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function problem(client: Validity | undefined, clockSkew?: number) {
  const identity = { until: NOW, refusals: { client: 0, serving: 0 }, ...(client ? { client } : {}) };
  return credentialsProblem({ identity, ...(clockSkew === undefined ? {} : { clockSkew }) }, NOW);
}

const life = (from: number, to: number): Validity => ({ from: NOW + from, to: NOW + to });

describe("identityProblem()", () => {
  test.each<[string, Validity | undefined, number | undefined]>([
    ["a certificate in the middle of its life", life(-DAY, DAY), 0],
    ["one that ends in two hours", life(-365 * DAY, 120 * MINUTE), 0],
    ["one that was made for ten minutes", life(-9 * MINUTE, MINUTE), 0],
    ["a token", undefined, undefined],
    ["clocks that are some minutes apart", life(-DAY, DAY), -4.9 * MINUTE],
  ])("has nothing to say of %s", (_, client, skew) => {
    expect(problem(client, skew)).toBeUndefined();
  });

  test.each<[string, Validity, number, string, string]>([
    ["that has ended", life(-DAY, -1), 0, "CertificateExpired", "has ended at"],
    ["of the future", life(MINUTE, DAY), 0, "CertificateNotYetValid", "set the clock"],
    ["with less than an hour to go", life(-365 * DAY, 59 * MINUTE), 0, "CertificateExpiring", "is not renewed"],
    [
      "with a twentieth of a short life to go",
      life(-95 * MINUTE, 5 * MINUTE),
      0,
      "CertificateExpiring",
      "is not renewed",
    ],
    ["and a clock that is behind", life(-DAY, DAY), 7 * MINUTE, "ClockSkew", "7 minutes behind the API server's"],
    ["and a clock that is ahead", life(-DAY, -1), -60 * MINUTE, "ClockSkew", "60 minutes ahead of the API server's"],
  ])("names a certificate %s", (_, client, skew, reason, words) => {
    expect(problem(client, skew)).toEqual({ reason, message: expect.stringContaining(words) });
  });
});
