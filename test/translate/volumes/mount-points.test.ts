import { describe, expect, test } from "vitest";
import type { Container, Pod } from "../../../src/model/api/pod.ts";
import type { VolumeMount } from "../../../src/model/api/volume.ts";
import { container, pod, waiting } from "../base.ts";

const mount = (name: string, mountPath: string, change: Partial<VolumeMount> = {}) => ({ name, mountPath, ...change });

function mounting(volumeMounts: readonly VolumeMount[], change: Partial<Container> = {}): Pod {
  return pod({
    volumes: [
      { name: "data", emptyDir: {} },
      { name: "more", emptyDir: { medium: "Memory" } },
      { name: "names", downwardAPI: {} },
      ...["/dev", "/usr/lib", "/srv"].map((path) => ({ name: path.replaceAll("/", "-"), hostPath: { path } })),
    ],
    containers: [container({ volumeMounts, ...change })],
  });
}

const message = (of: Pod) => waiting(of)?.message;

describe("what a container is started from cannot be covered:", () => {
  test.for([
    ["/", "/run/unitlet"],
    ["/usr", "/usr/bin"],
    ["/usr/bin", "/usr/bin"],
    ["/usr/bin/../bin", "/usr/bin"],
    ["/lib", "/lib"],
    ["/lib64", "/lib64"],
    ["/proc/self", "/proc"],
    ["/dev", "/dev"],
    ["/dev/null", "/dev"],
    ["/dev/shm/../pts", "/dev"],
    ["/run", "/run/unitlet"],
    ["/var/run", "/run/unitlet"],
    ["/run/unitlet/env", "/run/unitlet"],
  ] as const)("a volume at %s", ([path, covered]) => {
    expect(waiting(mounting([mount("names", path, { subPath: "file" })]))).toEqual({
      reason: "CreateContainerError",
      message: `spec.containers[app].volumeMounts[names].mountPath "${path}" would cover ${covered}, which the container is started from: use another path, or an image with files of its own`,
    });
  });

  test("a termination message outside of the container's own directories", () => {
    for (const path of ["/etc/ld.so.preload", "/tmp/../etc/nologin", "/dev/x", "/var/lib/x", "/tmp"])
      expect(message(mounting([], { terminationMessagePath: path }))).toBe(
        `spec.containers[app].terminationMessagePath "${path}" is outside of the container's own directories: use a path below /run, /tmp or /var/tmp, or remove the field`,
      );
    for (const path of ["/tmp/x", "/run/x", "/var/run/x", "/var/tmp/x/../y", "/srv/x"])
      expect(
        waiting(mounting(path === "/srv/x" ? [mount("names", path)] : [], { terminationMessagePath: path })),
      ).toBeUndefined();
  });

  test.for([
    "/etc/app",
    "/etc/passwd",
    "/usr/share/app",
    "/usr/local/bin",
    "/library",
    "/lib/modules",
    "/process",
    "/dev/shm",
    "/dev/shm/x",
    "/run/unitlet-data",
    "/var/lib",
  ])("%s is none of that", (path) => {
    expect(waiting(mounting([mount("data", path)]))).toBeUndefined();
  });

  test("a directory of the host at its own place covers nothing, unless it is a part of it", () => {
    expect(waiting(mounting([mount("-usr-lib", "/usr/lib")]))).toBeUndefined();
    expect(waiting(mounting([mount("-dev", "/dev")]))).toBeUndefined();
    expect(message(mounting([mount("-usr-lib", "/usr/lib", { subPath: "x" })]))).toContain("would cover /usr/lib");
    expect(message(mounting([mount("-srv", "/usr/lib")]))).toContain("would cover /usr/lib");
  });
});

test.for(["/run/data/more", "/var/run/data/deep/more"])("a volume may lie within another, at %s", (path) => {
  const of = mounting([mount("more", path), mount("data", "/run/data")]);
  expect(waiting(of)).toBeUndefined();
});
