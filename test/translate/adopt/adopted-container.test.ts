import { describe, expect, test } from "vitest";
import type { Container } from "../../../src/model/api/pod.ts";
import type { HostUnit } from "../../../src/model/unit.ts";
import { CONFIG, pod, runnable, translate } from "../base.ts";
import { adopting, hostWith, NGINX } from "./base.ts";

test("a pod that adopts a unit gives it a drop-in, and no unit and no program", () => {
  const { containers, auxiliaryUnits, files } = runnable(adopting(), hostWith());
  expect(auxiliaryUnits).toEqual([]);
  expect(files.map(({ name }) => name)).toEqual([]);
  expect(containers).toMatchObject([
    { unitName: "nginx.service", adopts: "unit://nginx.service", unit: { linked: false, limits: {} } },
  ]);
  expect(containers[0]?.unit?.text.split("\n")).toEqual([
    "[X-Kubernetes]",
    "Namespace=shop",
    "Pod=web",
    "PodUID=5f0c3a2e-0000-4000-8000-000000000001",
    "Container=app",
    "Kind=container",
    expect.stringMatching(/^SpecHash=[0-9a-f]{16}$/),
    "Cgroup=system.slice/nginx.service",
    expect.stringMatching(/^TextHash=[0-9a-f]{16}$/),
    "",
    "[Service]",
    expect.stringMatching(
      /^ExecStopPost=-\+:"\/lib\/unitlet\/container-exit" "nginx.service" ".*" "app" "container" "Always"/,
    ),
    "Restart=always",
    "",
  ]);
});

const linesOf = (change: Partial<Container>) =>
  runnable(adopting(change), hostWith()).containers[0]?.unit?.text.split("[Service]\n")[1]?.trim().split("\n").slice(1);

test.each<[string, Partial<Container>, string[]]>([
  [
    "limits",
    { resources: { limits: { memory: "64Mi", cpu: "500m" } } },
    ["Restart=always", "CPUWeight=59", "CPUQuota=50%", "MemoryMax=67108864"],
  ],
  ["a request", { resources: { requests: { cpu: "1", memory: "1Gi" } } }, ["Restart=always", "CPUWeight=100"]],
  ["probes", { readinessProbe: { httpGet: { port: 80 }, periodSeconds: 7 } }, ["Restart=always"]],
  ["a policy", { restartPolicy: "Never" }, ["Restart=no"]],
])("%s are lines of the drop-in", (_, change, lines) => {
  expect(linesOf(change)).toEqual(lines);
});

test("the timer of its probes runs while the unit does", () => {
  const probed = adopting({ livenessProbe: { httpGet: { port: 80 }, periodSeconds: 7 } });
  expect(runnable(probed, hostWith()).containers[0]?.unit?.text).toContain(
    "\n\n[Unit]\nWants=unitlet-probe@7.timer\n\n[Service]\n",
  );
});

test("another spec of the pod is the same hash, because it restarts nothing", () => {
  const hashOf = (change: Partial<Container>) =>
    runnable(adopting(change), hostWith()).containers[0]?.unit?.identity.specHash;
  expect(hashOf({ resources: { limits: { memory: "1Gi" } }, terminationMessagePath: "/x" })).toBe(hashOf({}));
});

test.each([
  ["web-front.slice", "web.slice/web-front.slice/nginx.service"],
  ["-.slice", "nginx.service"],
])("a unit of slice %s is measured there", (slice, cgroup) => {
  const { containers } = runnable(adopting(), hostWith({ slice }));
  expect(containers[0]?.unit?.identity.cgroup).toBe(cgroup);
});

const state = (load: string): Partial<HostUnit> => ({ state: { ...NGINX.state, load } });

describe("the container waits, with words that say what to do, when the unit", () => {
  test.each<[string, Partial<HostUnit>, string]>([
    [
      "is missing",
      state("not-found"),
      "nginx.service, which this host does not have: install the package or the unit file",
    ],
    ["is masked", state("masked"), "nginx.service, which is masked: systemctl unmask nginx.service"],
    [
      "cannot be loaded",
      state("bad-setting"),
      "nginx.service, which systemd cannot load (bad-setting): on the node, systemctl status nginx.service says why",
    ],
    ["is an alias", { id: "web.service" }, "nginx.service, which is another name of web.service: name that one"],
    ["has no process", { type: "oneshot" }, "nginx.service, which has Type=oneshot and so no process to run on"],
  ])("%s", (_, unit, words) => {
    expect(runnable(adopting(), hostWith(unit)).containers).toMatchObject([
      { waiting: { reason: "CreateContainerConfigError", message: `spec.containers[app].image names ${words}` } },
    ]);
  });
});

const EDIT =
  "cannot be applied to nginx.service, which the container adopts as it is: leave it out, and edit the unit: systemctl edit nginx.service";

describe("is rejected, with the name of the field:", () => {
  test.each<[string, Partial<Container>]>([
    ["command", { command: ["nginx"] }],
    ["args", { args: ["-g"] }],
    ["workingDir", { workingDir: "/srv" }],
    ["env", { env: [{ name: "A", value: "b" }] }],
    ["envFrom", { envFrom: [{ configMapRef: { name: "a" } }] }],
    ["volumeMounts", { volumeMounts: [{ name: "data", mountPath: "/data" }] }],
    ["securityContext", { securityContext: { runAsUser: 33 } }],
    ["stdin", { stdin: true }],
    ["tty", { tty: true }],
    ["lifecycle.preStop", { lifecycle: { preStop: { exec: { command: ["true"] } } } }],
    ["resources.limits.ephemeral-storage", { resources: { limits: { "ephemeral-storage": "1Gi" } } }],
  ])("%s", (field, change) => {
    const translation = translate(adopting(change), hostWith());
    expect(translation).toMatchObject({ kind: "rejected", reason: "UnsupportedField" });
    expect((translation as { message: string }).message).toContain(`spec.containers[app].${field} ${EDIT}`);
  });

  test("a probe that runs a command", () => {
    expect(translate(adopting({ livenessProbe: { exec: { command: ["true"] } } }), hostWith())).toMatchObject({
      message:
        "spec.containers[app].livenessProbe.exec runs a command, and none runs in nginx.service, which the container adopts: use httpGet, tcpSocket or grpc",
    });
  });

  test("two containers with one unit", () => {
    const twice = pod({ containers: ["a", "b"].map((name) => ({ name, image: "unit://nginx.service" })) });
    expect(translate(twice, hostWith())).toMatchObject({
      message:
        "spec.containers[b].image names nginx.service, which another container of the pod adopts: adopt each unit with one container",
    });
  });

  test("also when the image of a pod that runs was changed: the second one waits", () => {
    const twice = pod({ containers: ["a", "b"].map((name) => ({ name, image: "unit://nginx.service" })) });
    const admitted = { ...twice, status: { phase: "Running", startTime: "2026-01-01T00:00:00Z" } } as const;
    const { containers } = runnable(admitted, hostWith());
    expect(containers.map(({ waiting }) => waiting?.reason)).toEqual([undefined, "CreateContainerConfigError"]);
  });

  test("an init container", () => {
    const init = {
      ...adopting(),
      spec: {
        ...adopting().spec,
        containers: [{ name: "x", image: "host", command: ["true"] }],
        initContainers: [{ name: "app", image: "unit://nginx.service" }],
      },
    };
    expect(translate(init, hostWith())).toMatchObject({
      message:
        "spec.initContainers[app].image names a unit of the host, which only a container of spec.containers can adopt: use another image",
    });
  });
});

test("fields without an effect are accepted: ports, pull policy, and the token that the API server mounts", () => {
  const given = adopting({
    imagePullPolicy: "Always",
    ports: [{ containerPort: 80, hostPort: 80, name: "http" }],
    readinessProbe: { httpGet: { port: "http" } },
    terminationMessagePath: "/dev/termination-log",
    volumeMounts: [{ name: "token", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true }],
  });
  expect(runnable(given, hostWith()).containers[0]?.unit).toBeDefined();
});

describe("the setting adoptUnits", () => {
  const allowing = (adoptUnits: "any" | readonly string[]) => ({ ...hostWith(), config: { ...CONFIG, adoptUnits } });

  test("refuses a unit that it does not list for the namespace", () => {
    expect(translate(adopting(), allowing(["front:nginx.service"]))).toMatchObject({
      reason: "HostAccessForbidden",
      message:
        'spec.containers[app].image names nginx.service, which pods of namespace "shop" may not adopt: let the node\'s administrator set adoptUnits = front:nginx.service,shop:nginx.service in /etc/unitlet/unitlet.conf, or in the file of unitlet.conf.d that has it',
    });
  });

  test("lets a pod whose image was changed to such a unit wait", () => {
    const admitted = { ...adopting(), status: { phase: "Running", startTime: "2026-01-01T00:00:00Z" } } as const;
    expect(runnable(admitted, allowing([])).containers[0]?.waiting?.reason).toBe("CreateContainerConfigError");
  });

  test("admits a listed unit, whatever hostFiles and ignoreImages say", () => {
    const { config } = allowing(["shop:nginx.service"]);
    const strict = { ...hostWith(), config: { ...config, hostFiles: [], hostAccounts: [], ignoreImages: true } };
    expect(runnable(adopting(), strict).containers[0]?.unit).toBeDefined();
  });
});
