import { readFileSync } from "node:fs";
import type { V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ImageNode } from "../e2e/support/image-node.ts";
import { Kubectl } from "../e2e/support/kubectl.ts";
import { type Container, pod, shell } from "../e2e/support/manifests.ts";
import type { Node } from "../support/node.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  const started = await ImageNode.start("traps", { timerInterval: "1s", servingCertificate: true });
  node = started.node;
  image = await started.pushBusybox();
  await node.kubectl("label", "namespace", node.namespace, "pod-security.kubernetes.io/enforce=baseline");
  const canary = "mkdir -p /root/canary/directory; echo untouched | tee /root/canary/file >/root/canary/directory/file";
  await node.exec(`${canary}; mkdir -p /opt/traps`);
  for (const name of ["arrange.sh", "exchange.pl", "watch.pl"])
    await node.machine.write(`/opt/traps/${name}`, readFileSync(`test/attacks/traps/${name}`, "utf8"));
  await node.exec(
    "systemd-run --collect --unit=watch-canaries perl -MIO::Handle /opt/traps/watch.pl /run/canary-events",
  );
  await node.machine.until(() => node.exec("grep -x ready /run/canary-events"), { what: "the watcher" });
  await node.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "trap" }, data: { key: "1" } });
});

afterAll(() => node[Symbol.asyncDispose]());

const RESTRICTED: V1SecurityContext = {
  ...{ runAsNonRoot: true, runAsUser: 4321, allowPrivilegeEscalation: false },
  ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
};

/** Paths at which the volume with the traps is mounted: all that a container of the kind may cover. */
const ON_HOST = ["/etc", "/opt", "/srv", "/home", "/var/lib", "/var/log", "/var/cache", "/usr/share", "/usr/local/bin"];
const OWN = ["/tmp", "/var/tmp", "/run/trap", "/dev/shm"];
const IN_IMAGE = ["/etc", "/usr", "/lib", "/sbin", "/home", "/var", "/tmp", "/run", "/opt", "/root"];

interface Kind {
  readonly name: string;
  readonly image: string;
  readonly securityContext: V1SecurityContext;
  readonly paths: readonly string[];
}

const KINDS = (): readonly Kind[] => [
  { name: "host-restricted", image: "host", securityContext: RESTRICTED, paths: [...ON_HOST, ...OWN] },
  { name: "host-root", image: "host", securityContext: {}, paths: [...ON_HOST, ...OWN] },
  { name: "image-restricted", image, securityContext: RESTRICTED, paths: IN_IMAGE },
  { name: "image-root", image, securityContext: {}, paths: IN_IMAGE },
];

/** A pod with all features that make programs of root act around a container, and traps at all names. */
function trapped({ name, image: files, securityContext, paths }: Kind): object {
  const mount = (mountPath: string) => ({ name: "trap", mountPath });
  const arrange: Container = {
    ...{ name: "arrange", image: "host", securityContext, volumeMounts: [mount("/run/trap")] },
    ...shell("sh /opt/traps/arrange.sh /run/trap"),
  };
  const exchange: Container = {
    ...{ name: "exchange", image: "host", securityContext, volumeMounts: [mount("/run/trap")] },
    ...shell("exec perl /opt/traps/exchange.pl /run/trap"),
    resources: { limits: { "ephemeral-storage": "8Mi" } },
  };
  const probe = {
    exec: { command: ["/bin/sh", "-c", ":"] },
    periodSeconds: 1,
    timeoutSeconds: 10,
    failureThreshold: 1000,
  };
  const main: Container = {
    ...{ name: "main", image: files, securityContext },
    ...shell("trap 'echo last words >/run/message; exit 0' TERM; while :; do sleep 0.2; done"),
    volumeMounts: [...paths.map(mount), { name: "map", mountPath: "/run/trap/nested/map" }],
    terminationMessagePath: files === "host" ? "/run/message" : "/dev/termination-log",
    readinessProbe: probe,
    livenessProbe: probe,
    lifecycle: {
      postStart: { exec: { command: ["/bin/sh", "-c", ":"] } },
      preStop: { exec: { command: ["/bin/sh", "-c", ":"] } },
    },
    resources: { limits: { memory: "64Mi", "ephemeral-storage": "8Mi" } },
    resizePolicy: [{ resourceName: "memory", restartPolicy: "RestartContainer" }],
  };
  return pod(node, name, [main, exchange], {
    initContainers: [{ ...arrange, name: "arrange" }],
    volumes: [
      { name: "trap", emptyDir: {} },
      { name: "map", configMap: { name: "trap" } },
    ],
  });
}

/** The host's own mounts, without those of pods. */
const MOUNTS =
  "findmnt --noheadings --raw --output TARGET,FSTYPE,OPTIONS | grep -v -e unitlet -e /run/credentials | sort";

const LEFT = `
  find /etc/systemd/system /run/unitlet /var/lib/unitlet/pods -name '*UID*' -o -name '*NAME*'
  systemctl list-units --all --plain --no-legend '*NAME*' 'unitlet-*podUNIT*'
  awk '{ print $2 }' /proc/mounts | grep UID || true`;

test.each([0, 1, 2, 3])(
  "a container that offers a trap at every name springs none in its whole life: kind %i",
  async (at) => {
    const kind = KINDS()[at];
    if (kind === undefined) throw new Error("no such kind");
    const { name } = kind;
    const before = (await node.exec(MOUNTS)).stdout;
    await node.run(trapped(kind));
    await node.container(name, ({ state, started }) => state?.running && started);
    const { metadata } = (await node.get(name)) ?? {};
    const uid = metadata?.uid ?? "";
    await live(name);
    if (at % 2 === 1) await evict(name);
    await node.kubectl("delete", "pod", name, "--timeout=200s");
    await node.sync();
    await node.exec("timeout 60 unitlet images prune || :");
    const left = LEFT.replaceAll("UID", uid)
      .replaceAll("UNIT", uid.replaceAll("-", "_"))
      .replaceAll("NAME", `.${name}.`);
    await node.machine.until(
      async () => {
        const { stdout } = await node.exec(left);
        return [stdout === "", stdout];
      },
      { what: "nothing to be left" },
    );
    expect((await node.exec("cat /run/canary-events")).stdout).toBe("ready\n");
    expect(
      (
        await node.exec(
          "ls -R /root/canary; systemctl stop watch-canaries; cat /root/canary/file /root/canary/directory/file",
        )
      ).stdout,
    ).toBe("/root/canary:\ndirectory\nfile\n\n/root/canary/directory:\nfile\nuntouched\nuntouched\n");
    await node.exec(
      "rm /run/canary-events; systemd-run --collect --unit=watch-canaries perl -MIO::Handle /opt/traps/watch.pl /run/canary-events",
    );
    await node.machine.until(() => node.exec("grep -x ready /run/canary-events"), { what: "the watcher" });
    // systemd's own come and go.
    const mounts = async () => (await node.exec(MOUNTS)).stdout;
    await node.machine.until(async () => [(await mounts()) === before, await mounts()], { what: `only\n${before}` });
  },
  600_000,
);

/** Everything that an administrator and a client do with a container. What fails within it does not matter here. */
async function live(name: string): Promise<void> {
  const unit = node.unit(name);
  const enter = `/usr/local/lib/unitlet/container-enter ${unit}`;
  const attempts = [
    `${enter} -- /bin/sh -c ':'`,
    `script --quiet --command "${enter} -- /bin/sh -c tty" /dev/null </dev/null`,
    `systemctl kill --signal=KILL ${unit}`,
    "systemctl start 'unitlet-probe@1.service'",
    "/usr/local/bin/unitlet status",
    "/usr/local/bin/unitlet plan",
  ];
  for (const command of attempts) await node.exec(`timeout 30 ${command} >/run/attempts 2>&1 || :`);
  await node.container(name, ({ state, restartCount }) => state?.running && restartCount > 0);
  const quietly = (...args: string[]) => node.kubectl(...args).catch(() => "");
  await quietly("exec", name, "-c", "main", "--", "/bin/sh", "-c", ":");
  await quietly("cp", "package.json", `${name}:/run/trap/real/copied`, "-c", "main");
  const attached = new Kubectl(node, ["attach", name, "-c", "main"], { stdin: "" });
  await Promise.race([attached.ended, new Promise((resolve) => setTimeout(resolve, 3000))]);
  attached.child.kill("SIGKILL");
  await quietly("logs", name, "-c", "main", "--tail=5");
  await quietly("patch", "configmap", "trap", "--patch", JSON.stringify({ data: { key: name } }));
  const limit = { spec: { containers: [{ name: "main", resources: { limits: { memory: "80Mi" } } }] } };
  await node.kubectl("patch", "pod", name, "--subresource=resize", "--patch", JSON.stringify(limit));
  await node.syncWithExpiredReferences();
  await node.container(name, ({ resources }) => resources?.limits?.memory === "80Mi");
}

/** Fills the volume beyond the limit of the pod, which the node evicts. */
async function evict(name: string): Promise<void> {
  const fill = ["sh", "-c", "head -c 20000000 /dev/zero >/run/trap/big"];
  await node.exec(["/usr/local/lib/unitlet/container-enter", node.unit(name, "exchange"), "--", ...fill]);
  await node.until(name, (seen) => seen?.status?.reason === "Evicted");
}
