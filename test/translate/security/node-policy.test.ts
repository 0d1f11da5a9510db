import { describe, expect, test } from "vitest";
import type { Container, Pod } from "../../../src/model/api/pod.ts";
import type { Config } from "../../../src/model/host/config.ts";
import type { ActualUnit } from "../../../src/model/unit.ts";
import { unitOwner } from "../../../src/unitfile/identity.ts";
import { CONFIG, container, HOST, pod, podOf, resolved, translate, waiting } from "../base.ts";

const FILE = "in /etc/unitlet/unitlet.conf, or in the file of unitlet.conf.d that has it";
const STRICT: Partial<Config> = { hostFiles: [], hostAccounts: [], packages: "off" };
const PROBE = {
  ...{ present: new Set<string>(), hosts: "", resolvConf: "", landlockABI: 7 },
  users: new Map([
    ["root", { uid: 0, gid: 0 }],
    ["postgres", { uid: 105, gid: 113 }],
    ["nobody", { uid: 65534, gid: 65534 }],
  ]),
  groups: new Map([
    ["root", 0],
    ["adm", 4],
    ["shadow", 42],
    ["postgres", 113],
    ["nogroup", 65534],
  ]),
};

const context = (config: Partial<Config>) => ({
  config: { ...CONFIG, ...config },
  host: { ...HOST, confinementProbe: PROBE },
});

function rejection(of: Pod, config: Partial<Config>): string | undefined {
  const translation = translate(of, context(config));
  if (translation.kind !== "rejected") return undefined;
  return `${translation.reason}: ${translation.message}`;
}

const as = (runAsUser: number, runAsGroup: number) => podOf({ securityContext: { runAsUser, runAsGroup } });

/** A pod with these fields of its security context, whose container has a user and a group that the host does not have. */
const strangers = (securityContext: object) =>
  pod({ containers: [container({ securityContext: { runAsUser: 4321, runAsGroup: 4321 } })], securityContext });

const admitted = (of: Pod): Pod => ({
  ...of,
  status: { phase: "Running", startTime: "2026-01-01T00:00:00Z" } as NonNullable<Pod["status"]>,
});

describe("hostFiles", () => {
  const own = { hostAccounts: "any" } as const;

  test.each(["host", "host:1", "/usr/bin/app", "deb://redis-server"])(
    "refuses image %s of another namespace",
    (image) => {
      expect(rejection(podOf({ image }), { ...own, hostFiles: ["front", "back"] })).toBe(
        `HostAccessForbidden: spec.containers[app].image is "${image}", which runs on the host's files, and pods of namespace "shop" may not: use an image of a registry, or let the node's administrator set hostFiles = front,back,shop ${FILE}`,
      );
    },
  );

  test("refuses any image where images are ignored", () => {
    const config = { ...own, hostFiles: [], ignoreImages: true };
    expect(rejection(podOf({ image: "nginx" }), config)).toContain('is "nginx", which runs on the host\'s files');
  });

  test.each(["initContainers", "ephemeralContainers"])("covers %s", (field) => {
    const nginx = container({ image: "nginx" });
    const of = pod({ containers: [nginx], [field]: [container({ name: "other" })] });
    const config = { ...own, hostFiles: [] };
    if (field === "initContainers") expect(rejection(of, config)).toContain("spec.initContainers[other].image");
    else expect(waiting(admitted(of), context(config), "other")?.message).toContain("spec.ephemeralContainers[other]");
  });

  test.each(["nginx", "https://example.org/root.tar", "NOT AN IMAGE"])("does not concern image %s", (image) => {
    expect(rejection(podOf({ image }), STRICT)).toBeUndefined();
  });

  test.each([["all" as const], [["shop"]], [["back", "shop"]]])("%j admits", (hostFiles) => {
    expect(rejection(podOf({}), { ...own, hostFiles })).toBeUndefined();
  });
});

describe("hostAccounts", () => {
  test.each<[string, Pod, string]>([
    [
      "a user",
      as(105, 4321),
      "spec.containers[app].securityContext.runAsUser is 105, which is user postgres of the host: use a number that /etc/passwd does not have, or let the node's administrator set hostAccounts = postgres",
    ],
    [
      "a group",
      as(4321, 42),
      "spec.containers[app].securityContext.runAsGroup is 42, which is group shadow of the host: use a number that /etc/group does not have, or let the node's administrator set hostAccounts = shadow",
    ],
    [
      "root, by default",
      podOf({}),
      "spec.containers[app].securityContext.runAsUser is not set, and the default is 0, which is user root of the host",
    ],
    [
      "root's group, by default",
      podOf({ securityContext: { runAsUser: 4321 } }),
      "spec.containers[app].securityContext.runAsGroup is not set, and the default is 0, which is group root of the host",
    ],
    ["a user of the pod", pod({ securityContext: { runAsUser: 65534 } }), "spec.securityContext.runAsUser is 65534"],
    [
      "a supplemental group",
      strangers({ supplementalGroups: [5000, 4] }),
      "supplementalGroups is 4, which is group adm",
    ],
    [
      "fsGroup",
      strangers({ fsGroup: 113 }),
      "spec.securityContext.fsGroup is 113, which is group postgres of the host",
    ],
    [
      "each of several, with one value for all",
      strangers({ supplementalGroups: [4, 42] }),
      "let the node's administrator set hostAccounts = adm,shadow in",
    ],
  ])("none refuses %s", (_, of, message) => {
    expect(rejection(of, { hostAccounts: [] })).toContain(message);
  });

  test("none refuses a user by name, for the annotation that names it", () => {
    const of = pod({}, { annotations: { "unitlet.dev/user": "postgres" } });
    expect(rejection(of, { hostAccounts: [] })).toContain(
      "metadata.annotations[unitlet.dev/user] is 105, which is user postgres of the host",
    );
    expect(rejection(of, { hostAccounts: ["postgres"] })).toBeUndefined();
  });

  test("none refuses root where the host has no /etc/passwd", () => {
    expect(translate(podOf({}), { config: { ...CONFIG, hostAccounts: [] } }).kind).toBe("rejected");
  });

  test.each<[string, readonly string[], Pod]>([
    ["numbers that the host does not have", [], as(4321, 4321)],
    ["a listed user with its group", ["postgres"], as(105, 113)],
    ["a listed group", ["adm", "42"], strangers({ supplementalGroups: [4, 42] })],
    ["root", ["root"], podOf({})],
    ["root by its number", ["0"], podOf({})],
    ["any account of a container on an image", [], podOf({ image: "nginx", securityContext: { runAsUser: 105 } })],
    ["the user of a package's unit", [], podOf({ image: "deb://redis-server", command: [] })],
  ])("admits %s", (_, hostAccounts, of) => {
    expect(rejection(of, { hostAccounts })).toBeUndefined();
  });

  test.each<[string, Partial<Container>]>([
    ["runAsUser beside it", { command: [], securityContext: { runAsUser: 105, runAsGroup: 4321 } }],
    ["a command of the pod's own, which runs as root", {}],
  ])("covers a package with %s", (_, change) => {
    expect(rejection(podOf({ image: "deb://redis-server", ...change }), { hostAccounts: [] })).toContain("of the host");
  });
});

describe("a pod that was admitted before", () => {
  const unitOf = (of: Pod): ReadonlyMap<ActualUnit["name"], ActualUnit> => {
    const { unitName: name, specHash } = resolved(of);
    const identity = unitOwner(of.metadata, { container: "app", kind: "container", specHash });
    return new Map([[name, { name, identity, dropIns: [], linked: true }]]);
  };

  test("continues under another setting", () => {
    const of = admitted(podOf({}));
    expect(waiting(of, { ...context(STRICT), units: unitOf(of) })).toBeUndefined();
  });

  test("cannot change its image to the host's files", () => {
    const before = admitted(podOf({ image: "nginx" }));
    expect(waiting(admitted(podOf({})), { ...context(STRICT), units: unitOf(before) })).toEqual({
      reason: "CreateContainerConfigError",
      message: expect.stringContaining('spec.containers[app].image is "host", which runs on the host\'s files'),
    });
  });

  test("cannot become another user by an annotation", () => {
    const before = admitted(as(4321, 4321));
    const of = admitted(pod({}, { annotations: { "unitlet.dev/user": "postgres" } }));
    const given = { ...context({ hostAccounts: [] }), units: unitOf(before) };
    expect(waiting(of, given)?.message).toContain("is 105, which is user postgres of the host");
  });
});
