import type { V1PodSpec, V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventsOf } from "../e2e/support/events.ts";
import { type Container, pod, SLEEP, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

const SETTINGS = "/etc/unitlet/unitlet.conf.d/99-policy.conf";

/** What PodSecurity `restricted` wants of a container, with numbers that the host does not have. */
const RESTRICTED: V1SecurityContext = {
  ...{ runAsNonRoot: true, runAsUser: 4321, runAsGroup: 4321, allowPrivilegeEscalation: false },
  ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
};

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "policy", {
    ...{ strictPolicy: true, timerInterval: "1s" },
  });
  await enforce("restricted");
});

afterAll(() => node[Symbol.asyncDispose]());

const enforce = (level: "restricted" | "baseline" | "privileged") =>
  node.kubectl("label", "--overwrite", "namespace", node.namespace, `pod-security.kubernetes.io/enforce=${level}`);

const restricted = (name: string, container: Container, spec: Partial<V1PodSpec> = {}) =>
  pod(node, name, { securityContext: RESTRICTED, ...container }, spec);

/** Waits until the node has rejected a pod, and returns reason and message. */
async function rejection(name: string): Promise<string> {
  return await node.until(name, (of) => of?.status?.phase === "Failed" && `${of.status.reason}: ${of.status.message}`);
}

describe("a node that has joined with the defaults", () => {
  test.each(["host", "host:1", "/bin/sleep", "deb://hello"])("runs no pod of image %s", async (image) => {
    const name = `image-${image.length}`;
    await node.run(restricted(name, { image, ...SLEEP }));
    const { namespace } = node;
    expect(await rejection(name)).toBe(
      `HostAccessForbidden: Pod was rejected: spec.containers[main].image is "${image}", which runs on the host's files, and pods of namespace "${namespace}" may not: use an image of a registry, or let the node's administrator set hostFiles = ${namespace} in /etc/unitlet/unitlet.conf, or in the file of unitlet.conf.d that has it`,
    );
    expect((await node.exec("ls /etc/systemd/system")).stdout).not.toContain(`.${name}.`);
  });

  test("admits a pod on an image, which cannot change to the host's files then", async () => {
    await node.run(restricted("changed", { image: "registry.invalid/x:1", ...SLEEP }));
    await node.container("changed", ({ state }) => /ImagePull/.test(state?.waiting?.reason ?? ""));
    await node.kubectl("set", "image", "pod/changed", "main=host");
    const { state } = await node.container(
      "changed",
      (of) => of.state?.waiting?.reason === "CreateContainerConfigError",
    );
    expect(state?.waiting?.message).toContain('spec.containers[main].image is "host"');
  });

  test("starts no ephemeral container on the host's files", async () => {
    const debug = { name: "debug", image: "host", command: ["sleep", "1"], securityContext: RESTRICTED };
    const patch = JSON.stringify({ spec: { ephemeralContainers: [debug] } });
    await node.kubectl("patch", "pod", "changed", "--subresource=ephemeralcontainers", "--patch", patch);
    const waiting = await node.until("changed", (of) =>
      of?.status?.ephemeralContainerStatuses?.find(({ state }) => state?.waiting?.message),
    );
    expect(waiting.state?.waiting?.message).toContain('spec.ephemeralContainers[debug].image is "host"');
  });
});

describe("a node whose hostFiles lists the namespace", () => {
  beforeAll(() => node.machine.write(SETTINGS, `hostFiles = kube-system, ${node.namespace}\n`));

  test("runs a restricted pod with numbers of its own", async () => {
    await node.run(restricted("own", shell("id; exec sleep infinity")));
    await node.container("own", ({ ready }) => ready);
    const said = async () => [(await node.log("own")) === "uid=4321 gid=4321 groups=4321\n", await node.log("own")];
    await node.machine.until(said, { what: "its numbers" });
  });

  test("runs none of another namespace", async () => {
    const namespace = await node.cluster.namespace("policy-other");
    await node.cluster.apply([restricted("other", SLEEP)], namespace);
    const phase = async () => {
      const of = await node.cluster.get("pod", "other", namespace);
      return [of?.status?.phase === "Failed", of?.status] as const;
    };
    const [, status] = await node.machine.until(phase, { what: "the rejection" });
    expect(status?.message).toContain(`set hostFiles = kube-system,${node.namespace},${namespace} in`);
  });

  test.each([
    ["adm", 4],
    ["shadow", 42],
    ["systemd-journal", 0],
  ])("refuses the host's group %s in every field", async (group, known) => {
    const { stdout } = await node.exec(`getent group ${group} | cut -d: -f3`);
    const gid = Number(stdout);
    if (known !== 0) expect(gid).toBe(known);
    const read = shell("cat /etc/shadow; exec sleep infinity");
    const pods: Record<string, object> = {
      [`supplemental-${gid}`]: restricted(`supplemental-${gid}`, read, {
        securityContext: { supplementalGroups: [gid] },
      }),
      [`fs-${gid}`]: restricted(`fs-${gid}`, read, { securityContext: { fsGroup: gid } }),
      [`own-${gid}`]: restricted(`own-${gid}`, { ...read, securityContext: { ...RESTRICTED, runAsGroup: gid } }),
    };
    await node.run(...Object.values(pods));
    for (const name of Object.keys(pods))
      expect(await rejection(name)).toContain(`is ${gid}, which is group ${group} of the host`);
  });

  test("refuses root's group, which is the default of runAsGroup", async () => {
    const { runAsGroup: _, ...securityContext } = RESTRICTED;
    await node.run(restricted("default-group", { ...SLEEP, securityContext }));
    expect(await rejection("default-group")).toContain(
      "runAsGroup is not set, and the default is 0, which is group root",
    );
  });

  test("refuses a user of the host by its name", async () => {
    const { runAsUser: _, runAsGroup: __, ...securityContext } = RESTRICTED;
    const named = restricted("named", { ...SLEEP, securityContext }) as { metadata: object };
    Object.assign(named.metadata, { annotations: { "unitlet.dev/user": "www-data" } });
    await node.run(named);
    expect(await rejection("named")).toContain("metadata.annotations[unitlet.dev/user] is 33, which is user www-data");
  });

  test("refuses root, which PodSecurity baseline admits", async () => {
    await enforce("baseline");
    await node.run(pod(node, "root", SLEEP));
    expect(await rejection("root")).toContain(
      "runAsUser is not set, and the default is 0, which is user root of the host",
    );
    await enforce("restricted");
  });

  test("installs no package", async () => {
    await node.run(restricted("package", { image: "deb://hello", command: ["hello"] }));
    const { state } = await node.container("package", (of) => of.state?.waiting?.reason === "ErrImagePull");
    expect(state?.waiting?.message).toContain("set packages = signed in /etc/unitlet/unitlet.conf");
  });
});

describe("a node whose hostPaths lists directories", () => {
  const volumes = (path: string) => ({ volumes: [{ name: "v", hostPath: { path } }] });
  const mounted = (script: string, readOnly = false): Container => ({
    ...shell(script),
    volumeMounts: [{ name: "v", mountPath: "/run/v", readOnly }],
  });

  beforeAll(async () => {
    await enforce("privileged");
    await node.machine.write(SETTINGS, `hostFiles = all\nhostPaths = /srv/allowed, /var/log:ro\n`);
    await node.exec("install -d -m 0777 /srv/allowed/data");
  });

  test.each<[string, Container, string]>([
    ["/srv", mounted("true"), 'hostPath.path is "/srv", which pods may not mount'],
    ["/srv/allowed-too", mounted("true"), "set hostPaths = /srv/allowed,/var/log:ro,/srv/allowed-too in"],
    ["/var/log/apt", mounted("true"), "volumeMounts[v].readOnly is not true"],
  ])("refuses %s", async (path, container, message) => {
    const name = `path-${path.length}`;
    await node.run(restricted(name, container, volumes(path)));
    expect(await rejection(name)).toContain(message);
  });

  test("mounts a directory below one, and follows no link that a container has made there", async () => {
    const script = "echo x >/run/v/file; ln -s /etc/unitlet /run/v/link; ln -s ../../.. /run/v/up; exec sleep infinity";
    await node.run(restricted("writer", mounted(script), volumes("/srv/allowed/data")));
    await node.container("writer", ({ ready }) => ready);
    const made = () => node.exec("test -f /srv/allowed/data/file -a -h /srv/allowed/data/up");
    await node.machine.until(made, { what: "the links" });
    for (const link of ["link", "up"]) {
      const of = mounted("ls /run/v; exec sleep infinity");
      await node.run(restricted(`follows-${link}`, of, volumes(`/srv/allowed/data/${link}`)));
      const event = async () => {
        const events = await eventsOf(node, `follows-${link}`);
        return [events.some((each) => each.includes("leads out")), events] as const;
      };
      await node.machine.until(event, { what: "the Event" });
      expect(await node.log(`follows-${link}`)).toBe("");
    }
  });

  test("mounts one for reading", async () => {
    await node.run(
      restricted(
        "reader",
        mounted("ls /run/v >/dev/null && echo read; exec sleep infinity", true),
        volumes("/var/log/apt"),
      ),
    );
    await node.container("reader", ({ ready }) => ready);
    const log = async () => [(await node.log("reader")) === "read\n", await node.log("reader")] as const;
    await node.machine.until(log, { what: "the output" });
  });
});
