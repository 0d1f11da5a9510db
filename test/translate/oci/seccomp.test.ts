import { expect, test } from "vitest";
import type { SeccompProfile, SeccompRule } from "../../../src/model/seccomp-profile.ts";
import { ociSeccomp } from "../../../src/translate/oci/seccomp.ts";

const HERE = { architecture: "amd64", kernelVersion: "6.1.0-30-amd64", capabilities: ["CAP_CHOWN"] } as const;
const profile = (...syscalls: SeccompRule[]): SeccompProfile => ({
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 38,
  archMap: [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
  ],
  syscalls,
});
const allow = (change: Partial<SeccompRule> = {}): SeccompRule => ({
  names: ["call"],
  action: "SCMP_ACT_ALLOW",
  ...change,
});

test("a profile as the runtime reads it", () => {
  const args = [{ index: 0, value: 8, op: "SCMP_CMP_EQ" }];
  const refused = allow({ action: "SCMP_ACT_ERRNO", errnoRet: 1, args: [], includes: {}, excludes: {} });
  expect(ociSeccomp(profile(refused, allow({ args })), HERE)).toEqual({
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 38,
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    syscalls: [
      { names: ["call"], action: "SCMP_ACT_ERRNO", errnoRet: 1 },
      { names: ["call"], action: "SCMP_ACT_ALLOW", args },
    ],
  });
});

test.for([
  [{ includes: { caps: ["CAP_CHOWN"] } }, true],
  [{ includes: { caps: ["CAP_SYS_ADMIN"] } }, false],
  [{ excludes: { caps: ["CAP_CHOWN"] } }, false],
  [{ excludes: { caps: ["CAP_SYS_ADMIN"] } }, true],
  [{ includes: { arches: ["amd64", "x32"] } }, true],
  [{ includes: { arches: ["arm64"] } }, false],
  [{ excludes: { arches: ["amd64"] } }, false],
  [{ includes: { minKernel: "4.8" } }, true],
  [{ includes: { minKernel: "6.1" } }, true],
  [{ includes: { minKernel: "6.2" } }, false],
  [{ includes: { minKernel: "7.0" } }, false],
] as const)("a rule with %j holds: %s", ([conditions, expected]) => {
  const { syscalls } = ociSeccomp(profile(allow(conditions)), HERE) as { syscalls: unknown[] };
  expect(syscalls.length === 1).toBe(expected);
});
