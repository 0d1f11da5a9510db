import { describe, expect, test } from "vitest";
import type { ProjectedSource } from "../../src/model/pod.ts";
import { container, directive, pod, UID } from "./base.ts";

const NAMES: ProjectedSource = { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } };

describe("the mount", () => {
  const at = (mountPath: string, readOnly?: boolean) =>
    pod({
      volumes: [{ name: "names", projected: { sources: [NAMES] } }],
      containers: [container({ volumeMounts: [{ name: "names", mountPath, ...(readOnly ? { readOnly } : {}) }] })],
    });
  const source = `"/run/unitlet/pods/${UID}/volumes/names"`;

  test("cannot be written to, whatever the pod says", () => {
    expect(directive(at("/etc/names", false), "BindReadOnlyPaths").at(-1)).toBe(`${source}:"/etc/names"`);
    expect(directive(at("/etc/names", false), "BindPaths")).toEqual([]);
  });

  test("can only be read", () => {
    expect(directive(at("/etc/names", true), "BindReadOnlyPaths").at(-1)).toBe(`${source}:"/etc/names"`);
  });

  test.for([
    ["etc/names", "/etc/names"],
    ["/etc/../names/", "/names"],
    ["/etc//./names", "/etc/names"],
    ["/../../names", "/names"],
  ] as const)("at %s is at %s, as runtimes have it", ([given, path]) => {
    expect(directive(at(given), "BindReadOnlyPaths").at(-1)).toBe(`${source}:"${path}"`);
  });
});

test("a container starts only once its volumes are there", () => {
  const of = pod({
    volumes: [{ name: "names", projected: { sources: [NAMES] } }],
    containers: [container({ volumeMounts: [{ name: "names", mountPath: "/x" }] })],
  });
  expect(directive(of, "ConditionPathExists")).toContain(`/run/unitlet/pods/${UID}/volumes/names/..data`);
});
