import { describe, expect, test } from "vitest";
import { policyFindings } from "../../src/cli/checks/policy.ts";
import type { Config } from "../../src/model/host/config.ts";
import { CONFIG } from "../translate/base.ts";

const CLUSTER = { server: "https://192.0.2.1:6443", insecureSkipTLSVerify: false };

/** The lines of unitlet doctor about the policy. */
const lines = (change: Partial<Config>) =>
  policyFindings({ ...CONFIG, ...change }).map(({ level, what, message }) => `${level}: ${what}: ${message}`);

describe("unitlet doctor", () => {
  test("prints the policy of a joined node with the defaults", () => {
    const strict = { cluster: CLUSTER, imagePulls: "allow", hostFiles: [], hostAccounts: [], adoptUnits: [] } as const;
    expect(lines({ ...strict, packages: "off" }).map((line) => line.split(":")[1])).toEqual([
      ...[
        " hostFiles = none",
        " hostAccounts = none",
        " adoptUnits = none",
        " unfencedRoot = deny",
        " hostPaths = any",
        " packages = off",
        " portForward = declared",
      ],
    ]);
    expect(lines(strict).every((line) => line.startsWith("ok: "))).toBe(true);
  });

  test("prints lists as the settings have them", () => {
    const hostPaths = [
      { prefix: "/srv", readOnly: false },
      { prefix: "/var/log", readOnly: true },
    ];
    const text = lines({ hostFiles: ["shop", "web"], hostAccounts: ["postgres"], hostPaths }).join("\n");
    for (const value of ["hostFiles = shop,web", "hostAccounts = postgres", "hostPaths = /srv,/var/log:ro"])
      expect(text).toContain(value);
  });

  test.each<[string, Partial<Config>, boolean]>([
    ["a joined node on which pods can be root", { cluster: CLUSTER }, true],
    ["one that lists root", { cluster: CLUSTER, hostFiles: ["shop"], hostAccounts: ["root"] }, true],
    ["one that lists other accounts", { cluster: CLUSTER, hostAccounts: ["postgres"] }, false],
    ["one that admits no pod to its files", { cluster: CLUSTER, hostFiles: [] }, false],
    ["a standalone node", {}, false],
  ])("warns of %s: %s", (_, change, isWarned) => {
    expect(lines(change).some((line) => line.startsWith("warning: policy: permission to create pods"))).toBe(isWarned);
  });

  test.each<[string, Partial<Config>, boolean]>([
    ["imagePulls = deny", { imagePulls: "deny", hostFiles: [] }, true],
    ["ignoreImages = yes", { imagePulls: "allow", ignoreImages: true, hostFiles: [] }, true],
    ["images", { imagePulls: "allow", hostFiles: [] }, false],
    ["hostFiles", { imagePulls: "deny", hostFiles: ["shop"] }, false],
  ])("warns of a node on which no pod can run, with %s", (_, change, isWarned) => {
    expect(lines(change).some((line) => line.startsWith("warning: policy: no new pod can run"))).toBe(isWarned);
  });
});
