import { describe, expect, test } from "vitest";
import type { SeccompProfile } from "../../../src/model/seccomp-profile.ts";
import { ociSeccomp, seccompProfile } from "../../../src/translate/oci/seccomp.ts";
import { HOST } from "../base.ts";

const PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ALLOW",
  architectures: ["SCMP_ARCH_X86_64"],
  flags: ["SECCOMP_FILTER_FLAG_LOG"],
  syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 38 }],
};
const LOCAL = { type: "localhost", profile: "a/strict.json" } as const;

function found(file: SeccompProfile | string | undefined) {
  const probe = { present: new Set<string>(), hosts: "", resolvConf: "", landlockABI: 7 };
  const seccompProfiles = new Map(file === undefined ? [] : [[LOCAL.profile, file]]);
  return seccompProfile(LOCAL, {
    images: undefined,
    host: { ...HOST, confinementProbe: { ...probe, seccompProfiles } },
  });
}

describe("a profile of the node", () => {
  test("is used as it is", () => {
    expect(found(PROFILE)).toEqual({ ok: true, profile: PROFILE });
    expect(ociSeccomp(PROFILE, { ...HOST, capabilities: [] })).toEqual(PROFILE);
  });

  test.for([
    ["that is missing", undefined, "there is no such file"],
    ["that is none", "is not JSON", "is not JSON"],
  ] as const)("%s keeps the container waiting", ([, file, why]) => {
    const message = `cannot load seccomp profile "/etc/unitlet/seccomp/a/strict.json": ${why}`;
    expect(found(file)).toEqual({ ok: false, message });
  });
});
