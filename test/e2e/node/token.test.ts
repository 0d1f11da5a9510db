import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";

const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const SECRET = "ieNgaiM7-known-to-the-pod-alone";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "token");
  const script = `cat ${MOUNT}/namespace; sha256sum <${MOUNT}/token; exec sleep infinity`;
  const env = [{ name: "PASSWORD", value: SECRET }];
  await node.run(pod(node, "main", shell(script, { env }), { automountServiceAccountToken: true }));
  await node.container("main", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

/** A file as the container sees it. */
async function inside(path: string): Promise<string> {
  const pid = await node.show("main", "MainPID");
  return (await node.exec(["nsenter", "--mount", "--target", pid, "cat", path])).stdout;
}

/** The user that the API server sees when a client shows the container's token. */
async function whoami(token: string): Promise<string> {
  const flags = [
    "--kubeconfig=/dev/null",
    `--server=${node.cluster.url}`,
    `--certificate-authority=${node.cluster.ca}`,
  ];
  return await node.kubectl(...flags, `--token=${token}`, "auth", "whoami", "-o", "jsonpath={.status.userInfo}");
}

test("a container reads its namespace, and the authority that the API server is signed by", async () => {
  const says = async () => (await node.log("main")).includes(node.namespace);
  await node.machine.until(says, { what: "the namespace" });
  expect(await inside(`${MOUNT}/ca.crt`)).toContain("BEGIN CERTIFICATE");
});

test("its token lets it in as its service account, bound to the pod", async () => {
  const user = JSON.parse(await whoami(await inside(`${MOUNT}/token`)));
  expect(user.username).toBe(`system:serviceaccount:${node.namespace}:default`);
  expect(user.extra).toMatchObject({
    "authentication.kubernetes.io/pod-uid": [(await node.get("main"))?.metadata?.uid],
  });
});

test("a token is replaced when it is due, under the eyes of the container", async () => {
  const old = await inside(`${MOUNT}/token`);
  const invocation = await node.invocation("main");
  await node.syncWithExpiredReferences();
  await node.machine.until(async () => (await inside(`${MOUNT}/token`)) !== old, { what: "another token" });
  expect(JSON.parse(await whoami(await inside(`${MOUNT}/token`))).username).toContain("serviceaccount");
  expect(await node.invocation("main")).toBe(invocation);
});

test("neither tokens nor the environment are to be found where others look", async () => {
  const token = await inside(`${MOUNT}/token`);
  const places = `{ cat /etc/systemd/system/unitlet* /etc/systemd/system/unitlet*.d/*; journalctl --namespace='*'; systemctl show 'unitlet*'; cat /proc/[0-9]*/cmdline; systemctl status 'unitlet.*'; } 2>/dev/null`;
  const { stdout } = await node.exec(`${places} | tr '\\0' '\\n'`);
  expect(stdout).toContain(node.unit("main"));
  expect(stdout).not.toContain(SECRET);
  expect(stdout).not.toContain(token.split(".")[2]);
});

test("nor do they lie on a disk in words that can be read", async () => {
  const words = [SECRET, (await inside(`${MOUNT}/token`)).split(".")[2] ?? ""];
  const places = [
    "/etc",
    "/var/lib/unitlet",
    "/var/cache/unitlet",
    "/var/log/journal",
    "/usr/local/lib/systemd",
    "/run",
  ];
  const command = ["grep", "-rlF", ...words.flatMap((word) => ["-e", word]), ...places];
  // It complains of files that are gone when it comes to them: the host goes on meanwhile.
  const { stdout } = await node.machine.exec(command, { allowFailure: true });
  expect(stdout).toMatch(/^\/run\/unitlet\/pods\//);
  expect(stdout).not.toMatch(/^\/(etc|var|usr)/m);
});

test("the files that hold them are closed to others", async () => {
  const { stdout } = await node.exec(
    "find /run/unitlet /var/lib/unitlet -maxdepth 2 -printf '%m %y\\n' | sort -u; find /run/unitlet/pods -name '*.env' -printf '%m\\n'",
  );
  expect(stdout).toMatch(/^600 f\n700 d\n[46]00\n$/);
});
