import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { APT_TIMEOUT_MS, deb, service } from "../e2e/support/debs.ts";
import { type Container, pod, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { DebArchive } from "../support/debs.ts";
import { Node } from "../support/node.ts";

vi.setConfig({ testTimeout: APT_TIMEOUT_MS });

let node: Node;

const DAEMON = `#!/bin/sh
for file in /var/lib/plusd/planted /etc/default/planted /usr/bin/planted; do (echo pwned >$file) 2>/dev/null; done
echo "variables: $PERL5OPT $LD_PRELOAD"
echo "user: $(id -un)"
exec sleep infinity
`;
const UNIT = service(
  "/usr/bin/plusd",
  "User=plusd\nStateDirectory=plusd plusd/deep\nReadWritePaths=-/var/lib/plusd\nEnvironmentFile=-/etc/default/plusd",
);

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attack-packages", { timerInterval: "1s", settings: { packages: "any" } });
  await node.kubectl("label", "namespace", node.namespace, "pod-security.kubernetes.io/enforce=baseline");
  const archive = await DebArchive.start(node.machine);
  await archive.add({
    name: "plusd",
    files: { "/usr/bin/plusd": DAEMON, "/lib/systemd/system/plusd.service": UNIT, "/etc/default/plusd": "OPTIONS=\n" },
    postinst: "getent passwd plusd >/dev/null || useradd --system --no-create-home plusd",
  });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Runs the package with an emptyDir at a path, which an init container has filled. */
async function trapped(name: string, mountPath: string, script: string): Promise<void> {
  const arrange: Container = {
    ...shell(`cd /run/trap; ${script}`, { name: "arrange", image: "host" }),
    volumeMounts: [{ name: "trap", mountPath: "/run/trap" }],
  };
  await node.run(
    pod(node, name, deb("deb://plusd", { volumeMounts: [{ name: "trap", mountPath }] }), {
      initContainers: [{ ...arrange, name: "arrange" }],
      volumes: [{ name: "trap", emptyDir: {} }],
    }),
  );
}

test("a path of the package's unit that is a link in a volume makes no file of the host writable", async () => {
  await trapped("linked", "/var/lib", "ln -s /etc/default plusd");
  const { lastState } = await node.container("linked", ({ lastState }) => lastState?.terminated);
  expect(lastState?.terminated).toMatchObject({
    reason: "StartError",
    message: "mount path /var/lib/plusd: it is a symbolic link or no directory, as the volume is: use another path",
  });
  expect((await node.exec("ls /etc/default/planted 2>&1; true")).stdout).toContain("No such file");
});

test("variables for the programs that start the container do not come from a volume", async () => {
  await trapped("variables", "/etc/default", "echo 'PERL5OPT=-MEvil\nLD_PRELOAD=/run/evil.so' >plusd");
  await node.machine.until(async () => (await node.log("variables")).includes("user:"), {
    what: "what the daemon said",
  });
  expect(await node.log("variables")).toBe("variables:\nuser: plusd\n");
});

test("a directory of the service that a volume of another pod covers leads nowhere", async () => {
  await trapped("own", "/srv", "true");
  await node.machine.until(async () => (await node.log("own")).includes("user:"), { what: "the daemon" });
  const enter = `/usr/local/lib/unitlet/container-enter ${node.unit("own")}`;
  await node.exec([...enter.split(" "), "--", "ln", "-s", "/usr/bin", "/var/lib/plusd/x"]);
  const covering = { ...shell("exec sleep infinity"), volumeMounts: [{ name: "e", mountPath: "/var/lib/plusd/x" }] };
  await node.run(pod(node, "covering", covering, { volumes: [{ name: "e", emptyDir: {} }] }));
  const { lastState } = await node.container("covering", ({ lastState }) => lastState?.terminated);
  expect(lastState?.terminated?.reason).toBe("StartError");
  expect((await node.exec("ls /usr/bin | wc -l | xargs test 100 -lt && echo whole")).stdout).toBe("whole\n");
});
