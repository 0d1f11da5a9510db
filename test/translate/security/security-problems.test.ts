import { describe, expect, test } from "vitest";
import { HOST, odd, translate } from "../base.ts";

const PROFILE = { securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: "mine" } } };

function message(spec: object, appArmorProfiles?: readonly string[]): string | undefined {
  const files = { ...HOST.confinementProbe, landlockABI: 7, present: new Set<string>(), hosts: "", resolvConf: "" };
  const host = {
    ...HOST,
    confinementProbe: { ...files, ...(appArmorProfiles && { appArmorProfiles }) },
  };
  const translation = translate(odd(spec), { host });
  return translation.kind === "rejected" ? translation.message : undefined;
}

function own(securityContext: object): object {
  return { containers: [{ name: "app", image: "host", command: ["x"], securityContext }] };
}

describe("what cannot be honoured fails the pod, with path, reason and remedy:", () => {
  test.for([
    [
      "a capability that is none",
      own({ capabilities: { add: ["FLY"], drop: ["CAP_SWIM", "KILL"] } }),
      "spec.containers[app].securityContext.capabilities names FLY, CAP_SWIM, which Linux does not have: write capabilities as capabilities(7) does, without CAP_",
    ],
    ["a profile without AppArmor", PROFILE, "Cannot enforce AppArmor: AppArmor is not enabled on the host"],
    [
      "a container's profile without AppArmor",
      own(PROFILE.securityContext),
      "Cannot enforce AppArmor: AppArmor is not enabled on the host",
    ],
  ] as const)("%s", ([, spec, expected]) => {
    expect(message(spec)).toBe(expected);
  });

  test("a profile that is not loaded", () => {
    expect(message(PROFILE, ["other"])).toBe(
      'spec.securityContext.appArmorProfile cannot be enforced: profile "mine" is not loaded: load it on the host with apparmor_parser',
    );
  });
});

describe("nothing is refused", () => {
  test("when the profile is loaded", () => {
    expect(message(PROFILE, ["mine"])).toBeUndefined();
  });

  test.for([
    ["ALL", own({ capabilities: { add: ["NET_ADMIN", "cap_chown"], drop: ["ALL"] } })],
    ["a privileged container, which has no profile", { ...PROFILE, ...own({ privileged: true }) }],
    [
      "types that say nothing",
      { securityContext: { appArmorProfile: { type: "Unconfined" }, seccompProfile: { type: "Unconfined" } } },
    ],
  ] as const)("for %s", ([, spec]) => {
    expect(message(spec)).toBeUndefined();
  });
});
