import { describe, expect, test } from "vitest";
import type { Pod, PodStatus } from "../../src/model/api/pod.ts";
import type { World } from "../../src/model/world.ts";
import { translateAll } from "../../src/translate/all.ts";
import { bare } from "../diff/base.ts";
import { CONFIG, container, odd, pod, translate } from "./base.ts";

const refused = (status: PodStatus): Pod => ({ ...odd({ runtimeClassName: "gvisor" }), status });
const startTime = "2026-01-02T03:04:00Z";

describe("a pod that this node cannot take", () => {
  test.for([
    ["that is new", {}],
    ["that the scheduler has just bound", { phase: "Pending" }],
    ["that was turned away before", { phase: "Failed", startTime }],
  ] as const)("%s is turned away", ([, status]) => {
    expect(translate(refused(status)).kind).toBe("rejected");
  });

  test.for([
    ["that was taken and waits", { phase: "Pending", startTime }],
    ["that runs", { phase: "Running", startTime }],
  ] as const)("%s is not judged again by an upgrade or another setting", ([, status]) => {
    expect(translate(refused(status)).kind).toBe("runnable");
  });

  test("and runs, keeps its port", () => {
    const conflict = { kind: "reject", message: "taken" } as const;
    expect(translate({ ...pod(), status: { phase: "Running", startTime } }, { conflict }).kind).toBe("runnable");
  });

  test("because of its names is turned away even if it says that it runs", () => {
    const bad = { ...pod({}, { name: "../web" }), status: { phase: "Running", startTime } } as const;
    expect(translate(bad)).toMatchObject({ kind: "rejected", reason: "InvalidName" });
  });
});

describe("translateAll()", () => {
  const ports = [{ containerPort: 80, hostPort: 80 }];
  const having = (name: string, change: object): Pod => ({
    ...pod(
      { containers: [container({ ports })] },
      { name, uid: name, creationTimestamp: `2026-01-0${name.length}T00:00:00Z` },
    ),
    ...change,
  });
  const kinds = (world: World) => translateAll(world, "/lib/unitlet").map(({ kind }) => kind);

  test("turns the later one of two pods away that ask for the same port", () => {
    expect(kinds(bare(having("a", {}), having("bb", {})))).toEqual(["runnable", "rejected"]);
  });

  test.for([
    ["is over", { status: { phase: "Succeeded" } }],
    ["has failed", { status: { phase: "Failed" } }],
    ["is being deleted", { metadata: { ...having("a", {}).metadata, deletionTimestamp: startTime } }],
  ] as const)("gives a port to the later one when the first one %s", ([, change]) => {
    expect(kinds(bare(having("a", change), having("bb", {})))[1]).toBe("runnable");
  });

  test("gives each pod the absent directories, the settings and its own directory", () => {
    const world = {
      ...bare(pod({ containers: [container({ workingDir: "/gone", image: "nginx" })] })),
      absentDirectories: new Set(["/gone"]),
      hostFiles: new Map(),
      config: { ...CONFIG, ignoreImages: true } as const,
    };
    const [translation] = translateAll(world, "/lib/unitlet");
    expect(translation).toMatchObject({ containers: [{ waiting: { reason: "CreateContainerError" } }] });
  });
});
