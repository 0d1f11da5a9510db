import { describe, expect, test } from "vitest";
import { type RenderedPod, renderPods } from "../../../src/cli/render/render-pods.ts";
import type { Container, Pod, PodSpec } from "../../../src/model/api/pod.ts";
import type { Config } from "../../../src/model/host/config.ts";
import { CASES, configOf, LIB_DIR, podsOf, translateCase } from "../../golden/cases.ts";
import { CONFIG, container, pod } from "../../translate/base.ts";

function rendered(of: Pod, config: Partial<Config> = {}): RenderedPod {
  const [first] = renderPods([of], { config: { ...CONFIG, imagePulls: "allow", ...config }, libDir: LIB_DIR });
  if (first === undefined) throw new Error("nothing is rendered");
  return first;
}

const renderedOf = (change: Partial<Container>, spec: Partial<PodSpec> = {}) =>
  rendered(pod({ ...spec, containers: [container(change)] }));

/** The unit of the pod's first container: its notes without that it starts with the host, and its text. */
function containerUnit({ units }: RenderedPod) {
  const unit = units.find(({ name }) => name.startsWith("unitlet.shop."));
  return { text: unit?.text ?? "", notes: unit?.notes.slice(1) ?? [] };
}

/** The units of a case on a host of the tests, by name. */
function unitsOnHost(of: string): ReadonlyMap<string, string> {
  const units = translateCase(of).flatMap((each) =>
    each.kind === "rejected"
      ? []
      : [each.slice, ...each.auxiliaryUnits, ...each.containers.flatMap(({ unit }) => unit ?? [])],
  );
  return new Map(units.map(({ name, text }) => [name, text]));
}

describe("a unit without a note that something decides is the one that a host writes", () => {
  test.for(CASES)("%s", (of) => {
    const units = renderPods(podsOf(of), { config: configOf(of), libDir: LIB_DIR }).flatMap((each) => each.units);
    const onHost = unitsOnHost(of);
    expect(units.map(({ name }) => name)).toEqual(expect.arrayContaining([...onHost.keys()]));
    // On the host of the tests some containers wait for a directory, a ConfigMap or an image.
    const known = units.filter(({ name, notes }) => onHost.has(name) && !notes.some((note) => /decides/.test(note)));
    expect(known.map(({ text }) => text)).toEqual(known.map(({ name }) => onHost.get(name)));
  });
});

test("words stand for what an image decides", () => {
  const { text, notes } = containerUnit(rendered(pod({ containers: [{ name: "app", image: "nginx:1.29" }] })));
  expect(text).toContain("ConditionPathExists=/var/lib/unitlet/images/trees/DIGEST/rootfs\n");
  expect(text).toMatch(/^ExecStopPost=.*"ENTRYPOINT"$/m);
  expect(notes).toEqual([
    "The image nginx:1.29 decides its digest (DIGEST), its program (ENTRYPOINT in ExecStopPost=), KillSignal=, and volumes in ExecStart=.",
    "The image also decides user, variables and working directory, where the pod names none. They are in no unit.",
  ]);
});

test.each([
  ["imagePullPolicy: Always", { imagePullPolicy: "Always" }],
  ["imagePullPolicy: Never", { imagePullPolicy: "Never" }],
  ["runAsNonRoot", { securityContext: { runAsNonRoot: true } }],
  ["a seccomp profile", { securityContext: { seccompProfile: { type: "RuntimeDefault" } } }],
  [
    "a profile of the host",
    { securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "audit.json" } } },
  ],
] as const)("a container on an image has a unit with %s", (_, change) => {
  const found = renderedOf({ image: "nginx", command: ["nginx"], ...change });
  expect(found).toMatchObject({ notes: [] });
  expect(containerUnit(found).text).toContain("container-create");
});

test("words stand for the numbers of a user of the host", () => {
  const annotations = { "unitlet.dev/user": "postgres" };
  const { text, notes } = containerUnit(rendered(pod({}, { annotations })));
  expect(text).toContain('"--reuid" "ID-OF-postgres" "--regid" "ID-OF-postgres"');
  expect(notes).toEqual([
    "The host decides uid and gid of user postgres (ID-OF-postgres), and with them SpecHash= and TextHash=.",
  ]);
});

test("a note names the lines that depend on the memory of the host", () => {
  const found = renderedOf({ resources: { requests: { memory: "1Gi" } } });
  expect(containerUnit(found).text).toContain("OOMScoreAdjust=875\n");
  expect(containerUnit(found).notes).toEqual([
    "The host's memory decides OOMScoreAdjust= and TextHash=. Here it is 8 GiB, with 4 GiB of swap.",
  ]);
});

test("a pod that requests more than a small host has is rendered: the host decides whether it has room", () => {
  expect(renderedOf({ resources: { requests: { cpu: "900", memory: "9Ti" } } })).not.toHaveProperty("refused");
});

test("notes of the pod say what the host must have", () => {
  const volumes = [{ name: "data", hostPath: { path: "/srv/data/", type: "Directory" } }];
  const found = renderedOf(
    { workingDir: "/opt/app", volumeMounts: [{ name: "data", mountPath: "/mnt/data" }] },
    { volumes },
  );
  expect(found.notes).toEqual([
    "The host must have the directory /opt/app.",
    "The host must have the file or directory /mnt/data.",
    "The host must have the directory /srv/data.",
  ]);
  expect(containerUnit(found).text).toContain(' "--path" "-e" "/srv/data" ');
});

test("ConfigMaps, Secrets and tokens are taken to be there, because no unit has their content", () => {
  const found = renderedOf(
    {
      env: [
        { name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "a" } } },
        { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "b" } } },
      ],
      volumeMounts: [{ name: "v", mountPath: "/run/v" }],
    },
    {
      volumes: [
        { name: "v", projected: { sources: [{ configMap: { name: "c", items: [{ key: "x", path: "x" }] } }] } },
      ],
    },
  );
  expect(found.notes).toEqual([]);
  expect(found.units).toHaveLength(2);
});

test("a claim is its directory of a standalone host", () => {
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
  const found = renderedOf({ volumeMounts: [{ name: "data", mountPath: "/run/data" }] }, { volumes });
  expect(found.units.at(-1)?.text).toContain('"--path" "-d" "/var/lib/unitlet/claims/');
});

test("a note says which volume is not known", () => {
  const volumes = [{ name: "data", ephemeral: {} }];
  const found = renderedOf({ volumeMounts: [{ name: "data", mountPath: "/run/data" }] }, { volumes });
  expect(found.notes).toEqual([expect.stringMatching(/^Container app has no unit\. It waits: .*volume "data" .*$/)]);
});

test("a note says that a package decides the unit of its service", () => {
  const found = rendered(pod({ containers: [{ name: "app", image: "deb://nginx" }] }));
  expect(found.notes).toEqual([
    "Container app has no unit here: the package of deb://nginx decides it, after its installation.",
  ]);
});

test.each(["bridge", "cni"] as const)("with podNetwork = %s the pod has its sandbox and its unit", (podNetwork) => {
  const { units, notes } = rendered(pod({ hostNetwork: false }), { podNetwork });
  expect(notes).toEqual([]);
  expect(units.map(({ name }) => name)).toEqual([
    expect.stringMatching(/\.slice$/),
    "unitlet-sandbox.shop.web.pod.service",
    "unitlet.shop.web.app.service",
  ]);
});

test("a pod that a host refuses has no units, and the reason", () => {
  expect(renderedOf({ volumeDevices: [{ name: "disk", devicePath: "/dev/x" }] } as Partial<Container>)).toEqual({
    pod: "shop/web",
    refused:
      "UnsupportedField: spec.containers[app].volumeDevices is not supported by this version of unitlet: remove the field, or run the pod on another node",
    notes: [],
    units: [],
  });
});
