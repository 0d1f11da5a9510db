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

describe("seLinuxOptions", () => {
  const labelled = {
    securityContext: { seLinuxOptions: { level: "s0" } },
    ...own({ seLinuxOptions: { type: "spc_t" } }),
  };
  const on = (hasSELinux: boolean) => {
    const probe = { landlockABI: 7, present: new Set<string>(), hosts: "", resolvConf: "", ...HOST.confinementProbe };
    return translate(odd(labelled), { host: { ...HOST, confinementProbe: { ...probe, hasSELinux } } });
  };

  test("reject the pod on a host with SELinux", () => {
    const { reason, message: words } = { reason: "", message: "", ...on(true) };
    expect([reason, words.split("; ")]).toEqual([
      "UnsupportedField",
      [
        "spec.securityContext.seLinuxOptions asks for a label, but unitlet sets no labels: the host's policy decides: remove the field, and label the program on the host",
        "spec.containers[app].securityContext.seLinuxOptions asks for a label, but unitlet sets no labels: the host's policy decides: remove the field, and label the program on the host",
      ],
    ]);
  });

  test("are a note on another host", () => {
    const translation = on(false);
    const problems = translation.kind === "runnable" ? translation.problems : [];
    expect(problems.map(({ severity, path }) => [severity, path])).toEqual([
      ["note", "spec.securityContext.seLinuxOptions"],
      ["note", "spec.containers[app].securityContext.seLinuxOptions"],
    ]);
  });
});

test("a seccomp profile of the node is for images only", () => {
  const seccompProfile = { type: "Localhost", localhostProfile: "strict.json" };
  expect(message(own({ seccompProfile }))).toBe(
    "spec.containers[app].securityContext.seccompProfile names a profile of the node, and systemd cannot express its rules on arguments: use type RuntimeDefault, or an image with files of its own",
  );
});
