import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fenced, section } from "../../docs/markdown.ts";
import { Cluster } from "../../support/cluster.ts";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { authorityHash, join, makeToken } from "../support/joining.ts";

const NAME = "join-install";

let cluster: Cluster;
let machine: Machine;
let token: string;

beforeAll(async () => {
  cluster = await Cluster.up();
  await cluster.kubectl(["delete", "node", NAME, "--ignore-not-found"]);
  machine = await Machine.boot("installed", { net: "private" });
  token = await makeToken(cluster);
});

afterAll(() => machine[Symbol.asyncDispose]());

const say = async (command: string) => (await machine.exec(command, { allowFailure: true })).stdout;

test("install.sh joins as well, under a name of its own, and keeps the token out of the list of processes", async () => {
  await machine.write("/root/token", `${token}\n`, 0o600);
  const server = ["--server", cluster.urlFor(machine.hostAddress), "--ca-cert-hash", authorityHash(cluster)];
  const flags = [
    ...server,
    "--token-file",
    "/root/token",
    "--node-name",
    NAME,
    "--host-files",
    "default",
    "--pod-network",
    "host",
  ];
  const { stdout } = await install(machine, flags);
  expect(stdout).toContain(`Node ${NAME} has joined`);
  expect(stdout).toContain(`node ${NAME}, joined to`);
  expect(stdout).toContain("Policy: pods of namespace default can run programs on the host's files");
  await cluster.kubectl(["wait", "--for=condition=Ready", `node/${NAME}`, "--timeout=150s"]);
  expect((await install(machine, flags)).stdout).toContain("is good");
});

test("the pod of README.md runs then, and unitlet doctor prints the policy", async () => {
  const manifest = fenced(section(await readFile("README.md", "utf8"), "example"));
  // Nodes of other test files have the same taint.
  await cluster.apply(manifest.replace("spec:", `spec:\n  nodeName: ${NAME}`));
  await cluster.kubectl(["wait", "--for=condition=Ready", "pod/hello", "--timeout=150s"]);
  const page = () => machine.exec("curl -sf http://127.0.0.1:8080/");
  await machine.until(page, { what: "an answer of the pod" });
  await cluster.kubectl(["delete", "pod", "hello"]);
  const lines = (await say("unitlet doctor")).split("\n").map((line) => line.split(": ").slice(0, 2).join(": "));
  expect(lines).toEqual(
    expect.arrayContaining([
      ...["ok: hostFiles = default", "ok: hostAccounts = none", "ok: packages = off", "ok: portForward = declared"],
    ]),
  );
});

test("leave removes the policy of the join, and another join has the default", async () => {
  expect(await say("cat /etc/unitlet/unitlet.conf.d/60-join.conf")).toBe(
    "# Written by unitlet join.\npodNetwork = host\nhostFiles = default\n",
  );
  await machine.exec("unitlet leave --drain");
  expect(await say("unitlet doctor")).toContain("ok: hostFiles = all: ");
  const { stdout } = await join(machine, cluster, token);
  expect(stdout).toContain("Policy: no pod runs on the host's files");
});
