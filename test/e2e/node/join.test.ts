import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { authorityHash, bindRole, bootstrapKubeconfig, join, makeToken, requests } from "../support/joining.ts";
import { untilAllowed } from "../support/until-allowed.ts";

const CLIENT = "kube-apiserver-client-kubelet";

const ALONE = `apiVersion: v1
kind: Pod
metadata: {name: alone}
spec: {hostNetwork: true, containers: [{name: main, image: host, command: [sleep, "1000"]}]}
`;

let cluster: Cluster;
let machine: Machine;
let token: string;

beforeAll(async () => {
  cluster = await Cluster.up();
  await cluster.kubectl(["delete", "node", "join", "--ignore-not-found"]);
  machine = await Machine.boot("join", { net: "private" });
  await install(machine);
  await machine.write("/etc/unitlet/manifests/alone.yaml", ALONE);
  await machine.until(() => say("ls /var/lib/unitlet/status"), { what: "the status of the standalone pod" });
  token = await makeToken(cluster);
});

afterAll(() => machine[Symbol.asyncDispose]());

const say = async (command: string) => (await machine.exec(command, { allowFailure: true })).stdout;
const ready = (name: string) => cluster.kubectl(["wait", "--for=condition=Ready", `node/${name}`, "--timeout=150s"]);
const digest = (text: string) => text.split(".")[0];

describe("a join that fails says why and leaves the host unchanged", () => {
  const other = `sha256:${"a".repeat(64)}`;

  test.each<[string, () => Promise<[string, string[]]>, string]>([
    ["no hash", async () => [token, []], "how is this host to know that it talks to your cluster?"],
    [
      "the hash of another cluster",
      async () => [token, ["--ca-cert-hash", other]],
      `not ${other}: the hash is of another cluster`,
    ],
    [
      "a hash that is none",
      async () => [token, ["--ca-cert-hash", "sha256:abc"]],
      "expected sha256: and 64 hex digits",
    ],
    [
      "a token that nobody has made",
      async () => ["aaaaaa.0123456789abcdef", hash()],
      "the cluster does not know the token aaaaaa",
    ],
    [
      "a token with a wrong secret",
      async () => [`${digest(token)}.0123456789abcdef`, hash()],
      "is not signed with the token",
    ],
    ["a token that is none", async () => ["hello", hash()], "is not a bootstrap token"],
    [
      "a token that may not ask",
      async () => [await makeToken(cluster, { group: "nobody" }), hash()],
      "the token may not ask for certificates",
    ],
    [
      "a token that is no longer good, and the authority at hand",
      async () => ["aaaaaa.0123456789abcdef", ["--ca-file", "/root/ca.crt"]],
      "the cluster does not accept the token",
    ],
  ])("%s", async (_, given, words) => {
    await machine.write("/root/ca.crt", await readFile(cluster.ca));
    const [secret, flags] = await given();
    const { code, stderr } = await join(machine, cluster, secret, flags);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
    expect(stderr + (await say("journalctl --namespace='*' -q -b --no-pager"))).not.toContain(
      secret.split(".")[1] ?? "none",
    );
    expect(await say("ls /etc/unitlet/kubeconfig 2>&1")).toContain("No such file");
    expect(await say("unitlet status")).toContain("standalone");
  });

  test("an address that does not answer", async () => {
    const command = `echo ${token} | unitlet join --server https://127.0.0.1:1 --token - --ca-cert-hash ${authorityHash(cluster)}`;
    expect((await machine.exec(command, { allowFailure: true })).stderr).toContain("cannot reach https://127.0.0.1:1");
  });
});

const hash = () => ["--ca-cert-hash", authorityHash(cluster)];

test("the command waits for an approval, and continues the same request when it is repeated", async () => {
  const group = "system:bootstrappers:unapproved";
  await cluster.apply(bindRole("join-unapproved", "system:node-bootstrapper", group));
  const user = ["--as=system:bootstrap:any", `--as-group=${group}`];
  await untilAllowed(cluster, ["create", "certificatesigningrequests", ...user]);
  const slow = await makeToken(cluster, { group: "unapproved" });
  const first = await join(machine, cluster, slow, [...hash(), "--timeout", "8", "--json"]);
  expect(first).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("kubectl certificate approve unitlet-client-"),
  });
  const objects = first.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const phases = objects.flatMap(({ phase }, at) => (phase === objects[at - 1]?.phase ? [] : [phase]));
  expect(phases).toEqual(["bootstrap", "certificate", "approval", undefined]);
  expect(objects.at(-1)).toMatchObject({ command: "join", type: "result", status: "failed", exitStatus: 1 });
  const [name = ""] = await requests(cluster, CLIENT, `system:bootstrap:${digest(slow)}`);
  const key = await machine.read("/var/lib/unitlet/pki/client-pending.json");
  await cluster.kubectl(["certificate", "approve", name]);
  const second = await join(machine, cluster, slow);
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining("Node join has joined") });
  expect(await requests(cluster, CLIENT, `system:bootstrap:${digest(slow)}`)).toEqual([name]);
  const pair = await machine.read("/var/lib/unitlet/pki/client-current.pem");
  expect(pair).toContain((JSON.parse(key) as { key: string }).key);
  await ready("join");
});

test("only root can read keys and tokens, the port is open, the standalone status is gone", async () => {
  expect(await say("stat -c %a /etc/unitlet/kubeconfig /var/lib/unitlet/pki /var/lib/unitlet/pki/*")).toMatch(
    /^600\n700\n(600\n)+$/,
  );
  expect(await say("ls /var/lib/unitlet/status 2>&1")).toContain("No such file");
  expect(await say("systemctl is-active unitlet-sync.timer unitlet-sync.path unitlet-api.socket")).toBe(
    "active\nactive\nactive\n",
  );
  expect(await say("unitlet check-config")).toContain("joined to https://");
});

test("the node is let in as itself, with what every node may and nothing more", async () => {
  const pair = await machine.read("/var/lib/unitlet/pki/client-current.pem");
  const inside = (await machine.read("/etc/unitlet/kubeconfig")).replaceAll(
    /(client-(certificate|key)): .*/g,
    `$1-data: ${Buffer.from(pair).toString("base64")}`,
  );
  const directory = await mkdtemp(`${tmpdir()}/unitlet-join-`);
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = `${directory}/kubeconfig`;
  await writeFile(path, inside, { mode: 0o600 });
  const who = await cluster.kubectl(["--kubeconfig", path, "auth", "whoami"]);
  expect(who).toContain("system:node:join");
  expect(who).toContain("[system:nodes system:authenticated]");
});

test("joining again is nothing new; as another node, or another cluster's, it is refused", async () => {
  const before = await say("cat /etc/unitlet/kubeconfig /var/lib/unitlet/pki/client-current.pem");
  expect(await join(machine, cluster, token)).toMatchObject({ code: 0, stdout: expect.stringContaining("is good") });
  expect(await say("cat /etc/unitlet/kubeconfig /var/lib/unitlet/pki/client-current.pem")).toBe(before);
  for (const flags of [["--unsafe-skip-ca-verification"], ["--ca-file", "/root/ca.crt"]])
    expect(await join(machine, cluster, token, flags)).toMatchObject({ code: 0 });
  const renamed = await join(machine, cluster, token, [...hash(), "--node-name", "join-b"]);
  expect(renamed).toMatchObject({ code: 1, stderr: expect.stringContaining("leave first (unitlet leave)") });
  expect(await say("cat /etc/unitlet/kubeconfig /var/lib/unitlet/pki/client-current.pem")).toBe(before);
});

test("killed at any moment, a join goes on where it was", async () => {
  await machine.exec("unitlet leave --drain");
  const command = `echo ${token} | timeout -s KILL $after unitlet join --server ${cluster.urlFor(machine.hostAddress)} --token - ${hash().join(" ")}`;
  for (const after of [0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5])
    await machine.exec(`after=${after}; ${command}`, { allowFailure: true });
  expect(await join(machine, cluster, token)).toMatchObject({ code: 0 });
  await ready("join");
  expect(await say("ls -A /var/lib/unitlet/pki")).not.toMatch(/tmp|client-pending/);
});

test("a port that another process uses does not prevent the join, and is reported", async () => {
  await machine.exec("unitlet leave --drain");
  await machine.exec("systemd-run --quiet --unit=squatter --service-type=exec python3 -m http.server 10250");
  const isTaken = () => machine.exec("curl -s -o /dev/null http://127.0.0.1:10250/");
  await machine.until(isTaken, { what: "somebody at the port" });
  expect(await join(machine, cluster, token)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("does another kubelet use it?"),
  });
  expect(await say("unitlet doctor")).toMatch(
    /^error: unitlet-api\.socket: is (inactive|failed): systemctl enable --now/m,
  );
  await machine.exec("systemctl stop squatter; systemctl reset-failed unitlet-api.socket");
  expect(await join(machine, cluster, token)).toMatchObject({ code: 0 });
  expect(await say("systemctl is-active unitlet-api.socket")).toBe("active\n");
});

test("a bootstrap kubeconfig has all in one file", async () => {
  await machine.exec("unitlet leave --drain");
  const file = bootstrapKubeconfig(cluster, cluster.urlFor(machine.hostAddress), token);
  await machine.write("/root/bootstrap.kubeconfig", JSON.stringify(file), 0o600);
  const { stdout } = await machine.exec("unitlet join --bootstrap-kubeconfig /root/bootstrap.kubeconfig", {
    timeout: 120_000,
  });
  expect(stdout).toMatch(/^Node join\S* has joined/m);
});
