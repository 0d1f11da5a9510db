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
      ...["/dev", "/lib/modules", "/srv"].map((path) => ({ name: path.replaceAll("/", "-"), hostPath: { path } })),
    ],
    containers: [container({ volumeMounts, ...change })],
  });
}

const message = (of: Pod) => waiting(of)?.message;

describe("what root relies on when it starts a container cannot be covered:", () => {
  test.for([
    ["/", "/bin"],
    ["/usr", "/usr/bin"],
    ["/usr/bin", "/usr/bin"],
    ["/usr/bin/../bin/stat", "/usr/bin"],
    ["/lib/x86_64-linux-gnu/libc.so.6", "/lib"],
    ["/usr/local/sbin", "/usr/local/sbin"],
    ["/lib/unitlet/container-start", "/lib"],
    ["/etc", "/etc/perl"],
    ["/etc/passwd", "/etc/passwd"],
    ["/etc/ld.so.preload", "/etc/ld.so.preload"],
    ["/proc/self", "/proc"],
    ["/dev", "/dev"],
    ["/dev/null", "/dev"],
    ["/dev/shm/../pts", "/dev"],
  ] as const)("a volume at %s", ([path, covered]) => {
    expect(waiting(mounting([mount("names", path, { subPath: "file" })]))).toEqual({
      reason: "CreateContainerError",
      message: `spec.containers[app].volumeMounts[names].mountPath "${path}" would cover ${covered} of the host, which starts the container: use another path, or an image with files of its own`,
    });
  });

  test("the agent's own programs, wherever they are", () => {
    const of = mounting([mount("data", "/opt/unitlet/lib")]);
    expect(waiting(of, { libDir: "/opt/unitlet/lib" })?.message).toContain("would cover /opt/unitlet/lib of the host");
    expect(waiting(of)).toBeUndefined();
  });

  test("a file for its last words", () => {
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
    "/usr/share/app",
    "/usr/local/etc",
    "/library",
    "/etc/ssl/certs",
    "/process",
    "/dev/shm",
    "/dev/shm/x",
  ])("%s is none of that", (path) => {
    expect(waiting(mounting([mount("data", path)]))).toBeUndefined();
  });

  test("a directory of the host at its own place covers nothing, unless it is a part of it", () => {
    expect(waiting(mounting([mount("-lib-modules", "/lib/modules")]))).toBeUndefined();
    expect(message(mounting([mount("-lib-modules", "/lib/modules", { subPath: "x" })]))).toContain("would cover /lib");
    expect(message(mounting([mount("-srv", "/lib/modules")]))).toContain("would cover /lib");
  });
});

describe("within what containers can write to nothing else is mounted, since links there could lead it anywhere:", () => {
  const within = 'lies within volume "data", which containers can write to: use a path outside of it';

  test.for(["/run/data/more", "/var/run/data/deep/more"])("a volume at %s", (path) => {
    const of = mounting([mount("data", "/run/data"), mount("more", path)]);
    expect(message(of)).toContain(`volumeMounts[more].mountPath "${path}" ${within}`);
  });

  test("whatever this container may do there", () => {
    const of = mounting([mount("more", "/run/data/more"), mount("data", "/run/data", { readOnly: true })]);
    expect(message(of)).toContain(within);
  });

  test("a file for its last words", () => {
    const of = mounting([mount("data", "/run/data")], { terminationMessagePath: "/run/data/words" });
    expect(message(of)).toContain(`spec.containers[app].terminationMessagePath "/run/data/words" ${within}`);
  });

  test.for([
    ["/var", "/var/lib/unitlet"],
    ["/var/lib", "/var/lib/unitlet"],
    ["/run/systemd", "/run/systemd/resolve"],
  ] as const)("paths of the unit's directives, below a volume at %s", ([path, inner]) => {
    const problem = `mountPath "${path}" lies above ${inner}, which the container's unit names`;
    expect(message(mounting([mount("data", path)]))).toContain(problem);
  });

  test("but in what the run writes", () => {
    expect(waiting(mounting([mount("names", "/run/data"), mount("more", "/run/data/more")]))).toBeUndefined();
  });

  test("the container's own variables", () => {
    for (const path of ["/run", "/var/run", "/run/unitlet"])
      expect(message(mounting([mount("data", path)]))).toContain(`"${path}" would cover /run/unitlet`);
    expect(waiting(mounting([mount("data", "/run/unitlet-data")]))).toBeUndefined();
  });

  test("nor below a directory of the host that is a volume elsewhere, unless it can only be read", () => {
    const within =
      'lies within /srv of the host, which containers can write to by volume "-srv": use a path outside of it';
    const both = (readOnly: boolean) => mounting([mount("-srv", "/run/x", { readOnly }), mount("more", "/srv/a")]);
    expect(message(both(false))).toContain(`volumeMounts[more].mountPath "/srv/a" ${within}`);
    expect(waiting(both(true))).toBeUndefined();
    expect(message(mounting([mount("-srv", "/srv/a")]))).toContain(within);
    expect(waiting(mounting([mount("-srv", "/srv"), mount("more", "/run/a")]))).toBeUndefined();
  });

  test("nor where others than root can lead the path elsewhere, or containers of another pod can write", () => {
    const of = mounting([mount("data", "/srv/link")]);
    const own = mounting([mount("-srv", "/srv")]);
    expect(waiting(own, { unsafeMountPoints: new Set(["/srv"]), exposedPaths: ["/srv/link"] })).toBeUndefined();
    expect(waiting(of, { unsafeMountPoints: new Set(["/srv/link"]) })?.message).toContain(
      '"/srv/link" leads through a symbolic link, or a directory that others than root can change',
    );
    expect(waiting(of, { exposedPaths: ["/srv"] })?.message).toContain(
      '"/srv/link" lies within /srv of the host, which containers of this node can write to',
    );
  });

  test("but in the host's own devices at their place", () => {
    expect(waiting(mounting([mount("-dev", "/dev")]))).toBeUndefined();
    expect(message(mounting([mount("data", "/dev")]))).toContain('mountPath "/dev" would cover /dev of the host');
  });
});
