import { describe, expect, test } from "vitest";
import type { Confinement } from "../../src/model/confinement.ts";
import type { PodSpec } from "../../src/model/pod.ts";
import { containerConfinement } from "../../src/translate/confinement.ts";
import { container, pod, type podOf } from "./base.ts";

function of(change: Parameters<typeof podOf>[0], spec: Partial<PodSpec> = {}): Confinement {
  const asked = container(change);
  return containerConfinement(pod({ ...spec, containers: [asked] }), asked);
}

describe("the user", () => {
  test.for([
    ["is root in group 0 when nobody says anything", {}, {}, { uid: 0, gid: 0 }],
    ["is the pod's", { runAsUser: 7, runAsGroup: 8 }, {}, { uid: 7, gid: 8 }],
    ["is the container's before the pod's", { runAsUser: 7, runAsGroup: 8 }, { runAsUser: 9 }, { uid: 9, gid: 8 }],
  ] as const)("%s", ([, shared, own, expected]) => {
    expect(of({ securityContext: own }, { securityContext: shared }).user).toMatchObject(expected);
  });
});
