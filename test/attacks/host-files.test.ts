import type { V1PodSpec, V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Container, pod, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "host-files", { timerInterval: "1s" });
  await node.kubectl("label", "namespace", node.namespace, "pod-security.kubernetes.io/enforce=baseline");
});

afterAll(() => node[Symbol.asyncDispose]());

/** What PodSecurity `restricted` wants of a container. */
const RESTRICTED: V1SecurityContext = {
  ...{ runAsNonRoot: true, runAsUser: 4321, allowPrivilegeEscalation: false },
  ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
};

/** A pod whose first container arranges files in an emptyDir, which the second mounts. */
function trap(name: string, script: string, container: Container, spec: Partial<V1PodSpec> = {}): object {
  const arranged = shell(`cd /run/trap; ${script}`, {
    ...{ name: "arrange", image: "host", securityContext: RESTRICTED },
    volumeMounts: [{ name: "trap", mountPath: "/run/trap" }],
  });
  return pod(node, name, container, {
    initContainers: [{ ...arranged, name: "arrange" }],
    volumes: [{ name: "trap", emptyDir: {} }],
    ...spec,
  });
}

/** Reads `state.waiting.message` of a container that is refused. */
async function refusal(name: string): Promise<string> {
  const { state } = await node.container(name, ({ state }) => state?.waiting?.reason === "CreateContainerError");
  return state?.waiting?.message ?? "";
}

describe("workingDir", () => {
  test.each(["/proc/1/root/etc/unitlet", "/usr/../proc/1/root"])("%s is refused", async (workingDir) => {
    const name = `proc-${workingDir.length}`;
    await node.run(pod(node, name, shell("ls", { workingDir })));
    expect(await refusal(name)).toContain("lies within /proc");
  });

  test.each([
    ["restricted", RESTRICTED],
    ["baseline", {}],
  ])("a link to the host's root is not followed, %s", async (name, securityContext) => {
    const leave = "ls etc/unitlet; cat run/unitlet/sync-requested; echo x >etc/cron.d/pwned-a01; exec sleep infinity";
    await node.run(
      trap(`link-${name}`, "ln -s /proc/1/root bash", {
        ...shell(leave, { workingDir: "/usr/share/doc/bash", securityContext }),
        volumeMounts: [{ name: "trap", mountPath: "/usr/share/doc" }],
      }),
    );
    const { lastState } = await node.container(`link-${name}`, (status) => status.lastState?.terminated);
    expect(lastState?.terminated?.exitCode).toBe(126);
    expect(await node.log(`link-${name}`)).toContain('chdir to cwd ("/usr/share/doc/bash") failed');
    expect((await node.exec("ls /etc/cron.d")).stdout).not.toContain("pwned");
  });

  test("exec does not follow one that is made later", async () => {
    await node.run(
      trap("exec", "mkdir bash", {
        ...shell(
          "cd /run; rmdir /usr/share/doc/bash; ln -s /proc/1/root /usr/share/doc/bash; echo linked; exec sleep infinity",
        ),
        ...{ workingDir: "/usr/share/doc/bash", securityContext: RESTRICTED },
        volumeMounts: [{ name: "trap", mountPath: "/usr/share/doc" }],
      }),
    );
    await node.machine.until(async () => (await node.log("exec")) !== "", { what: "the link" });
    const entered = `/usr/local/lib/unitlet/container-enter ${node.unit("exec")} -- ls etc/unitlet 2>&1; true`;
    expect((await node.exec(entered)).stdout).toContain('chdir to cwd ("/usr/share/doc/bash") failed');
  });
});

test("an emptyDir at /dev, whose null is a link to a file of the host, is refused", async () => {
  await node.run(
    trap("dev", "ln -s /proc/1/root/etc/cron.d/pwned-a02 null", {
      ...shell("exec sleep infinity", { securityContext: RESTRICTED, terminationMessagePath: "/tmp/message" }),
      volumeMounts: [{ name: "trap", mountPath: "/dev" }],
      lifecycle: { postStart: { exec: { command: ["/bin/echo", "* * * * * root touch /pwned-by-cron"] } } },
    }),
  );
  expect(await refusal("dev")).toContain('mountPath "/dev" would cover /dev');
  expect((await node.exec("ls /etc/cron.d")).stdout).not.toContain("pwned");
});

test.each([
  "/etc/systemd/system/unitlet-sync.service",
  "/tmp/../etc/nologin",
  "/dev/../etc/cron.allow",
  "/var/lib/planted",
  "/dev/planted",
])("terminationMessagePath %s makes no file on the host", async (terminationMessagePath) => {
  const name = `words-${terminationMessagePath.length}`;
  const container = shell("exec sleep infinity", { securityContext: RESTRICTED, terminationMessagePath });
  await node.run(pod(node, name, container));
  expect(await refusal(name)).toContain("use a path below /run, /tmp or /var/tmp, or remove the field");
  expect((await node.exec(`ls ${terminationMessagePath} 2>&1; true`)).stdout).toContain("No such file");
});

test.each([
  ["restricted", RESTRICTED],
  ["baseline", {}],
])("shareProcessNamespace opens no other process, %s", async (name, securityContext) => {
  const secret = shell("export SECRET=hidden-word; exec sleep 7654", { securityContext });
  const look =
    "p=$(pgrep -xf 'sleep 7654'); cat /proc/$p/environ 2>&1; ls /proc/$p/root/run 2>&1; echo done; exec sleep infinity";
  await node.run(pod(node, `victim-${name}`, secret));
  await node.container(`victim-${name}`, ({ ready }) => ready);
  await node.run(pod(node, `thief-${name}`, shell(look, { securityContext }), { shareProcessNamespace: true }));
  const log = () => node.log(`thief-${name}`);
  await node.machine.until(async () => (await log()).includes("done"), { what: "what the thief saw" });
  expect(await log()).not.toContain("hidden-word");
  expect((await log()).match(/Permission denied|No such file|missing/g)).toHaveLength(2);
  await node.kubectl("delete", "pod", `victim-${name}`, "--wait=false");
});

test("links of an emptyDir above directories that only root may read lead nowhere", async () => {
  const look = "ls /var/lib/unitlet/pki /var/lib/unitlet/../../etc/unitlet; ls /usr/bin/env; exec sleep infinity";
  await node.run(
    trap("above", "ln -s /proc/1/root/var/lib/unitlet unitlet", {
      ...shell(look, { securityContext: RESTRICTED }),
      volumeMounts: [{ name: "trap", mountPath: "/var/lib" }],
    }),
  );
  await node.machine.until(async () => (await node.log("above")).includes("env"), { what: "what the container saw" });
  expect((await node.log("above")).split("\n").filter((line) => !line.startsWith("ls: "))).toEqual([
    "/usr/bin/env",
    "",
  ]);
});

test("abstract unix sockets of the host are out of reach of containers and exec", async () => {
  const use = "use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0) or die; $a = pack_sockaddr_un(qq(\\0of-the-host));";
  await node.machine.write("/opt/listen", `${use} bind(S, $a) or die; listen(S, 9) or die; sleep`);
  await node.machine.write("/opt/connect", `${use} print connect(S, $a) ? "in" : "out: $!", "\\n"`);
  await node.exec("systemd-run --collect --unit=abstract perl /opt/listen");
  await node.machine.until(() => node.exec("perl /opt/connect | grep -x in"), { what: "the socket" });
  await node.run(
    pod(node, "abstract", shell("perl /opt/connect; exec sleep infinity", { securityContext: RESTRICTED })),
  );
  await node.machine.until(async () => (await node.log("abstract")) !== "", { what: "what the container said" });
  expect(await node.log("abstract")).toBe("out: Operation not permitted\n");
  const entered = await node.exec(
    `/usr/local/lib/unitlet/container-enter ${node.unit("abstract")} -- perl /opt/connect`,
  );
  expect(entered.stdout).toBe("out: Operation not permitted\n");
});

test("a mount path that a link of another pod leads elsewhere is not followed", async () => {
  await node.exec(
    "mkdir -p /srv/local/open /srv/local/linked; chmod 1777 /srv/local/open; ln -s /usr/bin /srv/local/linked/x",
  );
  await node.exec("setpriv --reuid=4321 --clear-groups ln -s /usr/bin /srv/local/open/x");
  for (const directory of ["open", "linked"]) {
    const mountPath = `/srv/local/${directory}/x`;
    const container = { ...shell("exec sleep infinity"), volumeMounts: [{ name: "trap", mountPath }] };
    await node.run(trap(`on-${directory}`, ":", container));
    const { lastState } = await node.container(`on-${directory}`, (status) => status.lastState?.terminated);
    expect(lastState?.terminated).toMatchObject({
      reason: "StartError",
      message: `mount path ${mountPath}: it is a symbolic link or no directory, as the volume is: use another path`,
    });
  }
});

test("a directory of a package's service is made and owned without following a link of the service", async () => {
  // A run removes the directory of a pod that no list has.
  const make = "mkdir -p /run/unitlet/pods/links && /usr/local/lib/unitlet/container-directories links main 4321:4321";
  await node.exec(`${make} 0755:/var/lib/service && ln -s /etc /var/lib/service/link`);
  for (const path of ["/var/lib/service/link/made", "/var/lib/service/link"]) {
    const { stdout } = await node.exec(`${make} 0777:${path} 2>&1 || echo refused`);
    expect(stdout).toContain("refused");
  }
  expect((await node.exec("stat -c '%u %a' /etc; ls /etc | grep -c made; rm -rf /run/unitlet/pods/links")).stdout).toBe(
    "0 755\n0\n",
  );
});
