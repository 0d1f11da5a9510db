import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { busybox, Registry } from "../support/registry.ts";
import { certify } from "./asking.ts";
import { Kubectl, kubectl, Terminal } from "./kubectl.ts";
import { pod } from "./manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "image-exec", { ownDisk: true, settings: { apiIdle: "1s" } });
  await certify(node);
  const registry = await Registry.start(node.machine);
  await registry.push("busybox:1", {
    layers: [await busybox()],
    config: { Cmd: ["sleep", "1000"], Env: ["PATH=/bin"] },
  });
  await node.run(pod(node, "box", { image: "127.0.0.1:5000/busybox:1" }));
  await node.container("box", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

test("streams, each its own, and the exit status", async () => {
  const script = "cat; echo out; echo err >&2; exit 3";
  expect(await kubectl(node, ["exec", "-i", "box", "--", "sh", "-c", script], { stdin: "in\n" })).toEqual({
    stdout: "in\nout\n",
    stderr: "err\ncommand terminated with exit code 3\n",
    code: 3,
  });
});

test("a terminal: its size, ^C, ^D and the exit status", async () => {
  const terminal = new Terminal(node, ["exec", "-it", "box", "--", "sh"]);
  await terminal.hears(/# /);
  terminal.type("stty size; tty\r");
  await terminal.hears(/31 91\r\n\/dev\/pts\/\d+\r\n/);
  terminal.type("sleep 2000\r");
  await node.machine.until(() => node.exec("pgrep -xf 'sleep 2000'"), { what: "the sleep" });
  terminal.type("\x03");
  terminal.type("echo status $?\r");
  await terminal.hears(/status 130/);
  terminal.type("(exit 42)\r\x04");
  expect(await terminal.ended).toBe(42);
});

test.each([
  ["with pipes", ["-i"]],
  ["on a terminal", ["-it"]],
])("%s: nothing of it is left when the client is killed", async (_, flags) => {
  const argv = ["exec", ...flags, "box", "--", "sh", "-c", "trap '' HUP TERM; sleep 4321 & sleep 4322; :"];
  const running = async (what: string) => (await node.exec(`pgrep -xf '${what}' || :`)).stdout !== "";
  const client = flags[0] === "-i" ? new Kubectl(node, argv) : new Terminal(node, argv);
  await node.machine.until(() => running("sleep 4322"), { what: "the command" });
  if (client instanceof Kubectl) client.child.kill("SIGKILL");
  else client.close();
  await node.machine.until(async () => !(await running("sleep 432[12]")), { what: "its end", timeout: 8000 });
});
