import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import { CONFIG, container, HOST, pod, podOf, translate } from "../base.ts";

const PROBE = { present: new Set<string>(), hosts: "", resolvConf: "" };

/** Why a host with this Landlock ABI refuses the pod; undefined when it does not. */
function refusal(of: Pod, landlockABI: number, unfencedRoot: "deny" | "allow" = "deny"): string | undefined {
  const host = { ...HOST, confinementProbe: { ...PROBE, landlockABI } };
  const translation = translate(of, { config: { ...CONFIG, imagePulls: "allow", unfencedRoot }, host });
  return translation.kind === "rejected" ? translation.message : undefined;
}

describe("root on the host's files, where the kernel has no Landlock,", () => {
  test("is refused, with the setting and its file", () => {
    expect(refusal(podOf({}), 0)).toBe(
      "spec.containers[app].securityContext.runAsUser is not set, and the default is 0: this host has no Landlock or no perl, so nothing would keep root from other processes: set runAsUser, or let the node's administrator set unfencedRoot = allow in /etc/unitlet/unitlet.conf, or in the file of unitlet.conf.d that has it",
    );
    expect(refusal(podOf({ securityContext: { runAsUser: 0 } }), 1)).toContain("runAsUser is 0: this host has no");
  });

  test("is refused in an init container", () => {
    const own = container({ securityContext: { runAsUser: 1000 } });
    expect(refusal(pod({ containers: [own], initContainers: [container({ name: "other" })] }), 0)).toContain(
      "spec.initContainers[other]",
    );
  });

  test("is allowed by the setting", () => {
    expect(refusal(podOf({}), 0, "allow")).toBeUndefined();
  });

  test.each<[string, Pod]>([
    ["another user", podOf({ securityContext: { runAsUser: 1000 } })],
    ["a container on an image", podOf({ image: "nginx" })],
    ["a privileged container, which is never fenced", podOf({ securityContext: { privileged: true } })],
    ["hostPID", pod({ hostPID: true })],
  ])("does not concern %s", (_, of) => {
    expect(refusal(of, 0)).toBeUndefined();
  });

  test.each([2, 6, 7])("does not concern a kernel with Landlock ABI %i", (abi) => {
    expect(refusal(podOf({}), abi)).toBeUndefined();
  });
});
