import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import type { AllowedHostPath } from "../../../src/model/host/node-policy.ts";
import { CONFIG, container, pod, translate, waiting } from "../base.ts";

const FILE = "in /etc/unitlet/unitlet.conf, or in the file of unitlet.conf.d that has it";
const ALLOWED: readonly AllowedHostPath[] = [
  { prefix: "/srv/data", readOnly: false },
  { prefix: "/srv/data/secret", readOnly: true },
  { prefix: "/var/log", readOnly: true },
];

const mounting = (path: string, readOnly = false, image = "host"): Pod =>
  pod({
    containers: [container({ image, volumeMounts: [{ name: "v", mountPath: "/run/v", readOnly }] })],
    volumes: [{ name: "v", hostPath: { path } }],
  });

function message(of: Pod, hostPaths: readonly AllowedHostPath[]): string | undefined {
  const translation = translate(of, { config: { ...CONFIG, hostPaths } });
  return translation.kind === "rejected" ? translation.message : undefined;
}

describe("a hostPath volume", () => {
  test.each(["/srv/data", "/srv/data/", "/srv/data/a/../b", "/srv//data/secret/x"])("%s is allowed", (path) => {
    expect(message(mounting(path), ALLOWED)).toBeUndefined();
  });

  test.each(["/srv", "/srv/database", "/srv/data/../other", "/", "/etc"])("%s is refused", (path) => {
    expect(message(mounting(path), ALLOWED)).toContain(
      `spec.volumes[v].hostPath.path is "${path}", which pods may not`,
    );
  });

  test("is refused with the value to add, on an image too", () => {
    const value = "/srv/data,/srv/data/secret:ro,/var/log:ro,/etc/ssl";
    expect(message(mounting("/etc//ssl", true, "nginx"), ALLOWED)).toBe(
      `spec.volumes[v].hostPath.path is "/etc//ssl", which pods may not mount on this node: let the node's administrator set hostPaths = ${value} ${FILE}`,
    );
    expect(message(mounting("/srv"), [])).toContain("set hostPaths = /srv in");
  });

  test("is allowed everywhere below /", () => {
    expect(message(mounting("/etc"), [{ prefix: "/", readOnly: false }])).toBeUndefined();
  });
});

describe("a path that is allowed for reading", () => {
  test("can be mounted read-only", () => {
    expect(message(mounting("/var/log/apt", true), ALLOWED)).toBeUndefined();
  });

  test("cannot be mounted writable", () => {
    expect(message(mounting("/var/log/apt"), ALLOWED)).toBe(
      `spec.containers[app].volumeMounts[v].readOnly is not true, and pods may only read "/var/log/apt" on this node: set it to true, or let the node's administrator set hostPaths = /srv/data,/srv/data/secret:ro,/var/log ${FILE}`,
    );
  });

  test("cannot be mounted writable by an ephemeral container", () => {
    const of = {
      ...mounting("/var/log/apt", true),
      status: { phase: "Running", startTime: "2026-01-01T00:00:00Z" } as NonNullable<Pod["status"]>,
    };
    const debug = container({ name: "debug", volumeMounts: [{ name: "v", mountPath: "/run/v" }] });
    const spec = { ...of.spec, ephemeralContainers: [debug] };
    expect(waiting({ ...of, spec }, { config: { ...CONFIG, hostPaths: ALLOWED } }, "debug")?.message).toContain(
      "spec.ephemeralContainers[debug].volumeMounts[v].readOnly is not true",
    );
  });
});
