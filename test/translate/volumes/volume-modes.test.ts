import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import { container, pod } from "../base.ts";
import { filesOf, projected, TOKEN, translated } from "./volume-base.ts";

describe("who may read a token", () => {
  const as = (...users: (number | undefined)[]) =>
    users.map((runAsUser, at) =>
      container({ name: `c${at}`, ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }) }),
    );
  const cases: [string, Partial<Pod["spec"]>, object][] = [
    ["all in the container", { containers: as(undefined) }, { mode: 0o644 }],
    ["the one user that all containers run as", { containers: as(1000, 1000) }, { mode: 0o600, uid: 1000 }],
    ["the pod's user", { containers: as(undefined), securityContext: { runAsUser: 7 } }, { mode: 0o600, uid: 7 }],
    ["all, where users differ", { containers: as(1000, 1001) }, { mode: 0o644 }],
    ["all, where an init container's user differs", { containers: as(1000), initContainers: as(7) }, { mode: 0o644 }],
    ["root and the pod's group", { containers: as(undefined), securityContext: { fsGroup: 8 } }, { mode: 0o600 }],
  ];

  test.for(cases)("%s", ([, spec, expected]) => {
    expect(filesOf(projected(TOKEN), spec)).toEqual({ token: { content: "T", ...expected } });
  });

  test("as many as the volume says", () => {
    expect(filesOf({ projected: { defaultMode: 0o400, sources: [TOKEN] } })).toMatchObject({ token: { mode: 0o400 } });
  });
});

test("a volume is another one when its content, a mode or its group is", () => {
  const digest = (volume: object, spec: Partial<Pod["spec"]> = {}) =>
    translated(pod({ ...spec, volumes: [{ name: "v", ...volume }] })).written[0]?.digest;
  const digests = [
    digest({ configMap: { name: "map" } }),
    digest({ configMap: { name: "map", defaultMode: 0o600 } }),
    digest({ configMap: { name: "map" } }, { securityContext: { fsGroup: 7 } }),
    digest({ configMap: { name: "map", items: [{ key: "a", path: "a" }] } }),
  ];
  expect(new Set(digests).size).toBe(4);
  expect(digest({ configMap: { name: "map" } })).toBe(digests[0]);
});
