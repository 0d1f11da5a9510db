import { describe, expect, test } from "vitest";
import type { Container, Pod } from "../../../src/model/api/pod.ts";
import type { ProjectedSource } from "../../../src/model/api/volume.ts";
import { neededDirectories, neededMountPoints } from "../../../src/translate/volumes/host-paths.ts";
import { bindMounts, container, directive, pod, UID, waiting } from "../base.ts";

const NAMES: ProjectedSource = { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } };

describe("the mount", () => {
  const at = (mountPath: string, readOnly?: boolean) =>
    pod({
      volumes: [{ name: "names", projected: { sources: [NAMES] } }],
      containers: [container({ volumeMounts: [{ name: "names", mountPath, ...(readOnly ? { readOnly } : {}) }] })],
    });
  const source = `/run/unitlet/pods/${UID}/volumes/names`;
  const named = (of: Pod) => bindMounts(of).filter((each) => each.includes(source));

  test.for([false, true])("cannot be written to, with readOnly %s", (readOnly) => {
    expect(named(at("/etc/names", readOnly))).toEqual([`ro,private ${source} /etc/names`]);
  });

  test.for([
    ["etc/names", "/etc/names"],
    ["/etc/../names/", "/names"],
    ["/etc//./names", "/etc/names"],
    ["/../../names", "/names"],
  ] as const)("at %s is at %s, as runtimes have it", ([given, path]) => {
    expect(named(at(given))).toEqual([`ro,private ${source} ${path}`]);
  });
});

test("a container starts only once its volumes are there", () => {
  const of = pod({
    volumes: [{ name: "names", projected: { sources: [NAMES] } }],
    containers: [container({ volumeMounts: [{ name: "names", mountPath: "/x" }] })],
  });
  expect(directive(of, "ConditionPathExists")).toContain(`/run/unitlet/pods/${UID}/volumes/names/..data`);
});

describe("directories that the host needs to have", () => {
  const needed = (change: Partial<Container>) => [
    ...neededDirectories(container(change)),
    ...neededMountPoints(container(change)),
  ];
  const mounting = (...paths: string[]) => ({ volumeMounts: paths.map((mountPath) => ({ name: "names", mountPath })) });

  test.for([
    ["none", {}, []],
    ["the working directory as it is given", { workingDir: "/srv/../tmp" }, ["/srv/../tmp"]],
    ["no working directory in a volume, which brings it", { workingDir: "/var/run/v/in", ...mounting("/run/v/") }, []],
    ["mount points as runtimes read them", mounting("etc/../srv/x"), ["/srv/x"]],
    [
      "no mount points below what a container has for itself",
      mounting("/run/x", "/var/run/secrets", "/tmp/x", "/var/tmp/x", "/dev/x"),
      [],
    ],
    ["no mount points within another volume", mounting("/srv/x/y", "/srv/x"), ["/srv/x"]],
    [
      "mount points that only look so",
      mounting("/runner/x", "/run", "/var/running/x"),
      ["/runner/x", "/run", "/var/running/x"],
    ],
  ] as const)("%s", ([, change, expected]) => {
    expect(needed(change)).toEqual(expected);
  });

  test("keep the container waiting, and are told, while they are missing", () => {
    const of = pod({
      volumes: [{ name: "names", projected: { sources: [NAMES] } }],
      containers: [container(mounting("/no/such/"))],
    });
    expect(waiting(of, { absentDirectories: new Set(["/no/such"]) })).toEqual({
      reason: "CreateContainerError",
      message:
        'spec.containers[app].volumeMounts[names].mountPath "/no/such/" is not on the host: create it there, or mount below /run',
    });
  });
});
