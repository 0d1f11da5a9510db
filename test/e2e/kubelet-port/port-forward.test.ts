import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { ECHO, exchange, forwarding } from "../support/forwarding.ts";
import { kubectl } from "../support/kubectl.ts";
import {
  asApiServer,
  installServingCertificate,
  requestKubelet,
  waitForServerExit,
} from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "forward", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.machine.write("/opt/echo", ECHO, 0o755);
  const servers = "/opt/echo 127.0.0.1 7001 & /opt/echo ::1 7002 & touch /dev/shm/ready; wait";
  await node.run(pod(node, "echo", shell(servers)), pod(node, "over", shell("true"), { restartPolicy: "Never" }));
  await node.until("over", (each) => each?.status?.phase === "Succeeded");
  const listening = async () =>
    (await node.exec("ss -Htln '( sport = :7001 or sport = :7002 )' | wc -l")).stdout === "2\n";
  await node.machine.until(listening, { what: "two that listen" });
});

afterAll(() => node[Symbol.asyncDispose]());

const echoed = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from(`:${bytes.length}`)]);

describe.each(["true", "false"])("KUBECTL_PORT_FORWARD_WEBSOCKETS=%s", (value) => {
  const env = { KUBECTL_PORT_FORWARD_WEBSOCKETS: value };

  test("two ports at once, of IPv4 and of IPv6, each half closed", async () => {
    await using forward = await forwarding(node, [":7001", ":7002"], env);
    const texts = ["four", "six"].map((text) => Buffer.from(text));
    const answers = await Promise.all(texts.map((text, at) => exchange(forward.local[at] ?? 0, text)));
    expect(answers).toEqual(texts.map(echoed));
  });

  test("twenty connections at a time, megabytes through each", async () => {
    await using forward = await forwarding(node, [":7001"], env);
    const much = Array.from({ length: 20 }, () => randomBytes(2 << 20));
    const answers = await Promise.all(much.map((bytes) => exchange(forward.local[0] ?? 0, bytes)));
    expect(answers.map((answer, at) => answer.equals(echoed(much[at] ?? Buffer.alloc(0))))).toEqual(
      much.map(() => true),
    );
  });

  test("one connection after the other, and another kubectl on the same port", async () => {
    let port = "";
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await using forward = await forwarding(node, [`${port}:7001`], env);
      port = String(forward.local[0]);
      for (const text of ["one", "two"])
        expect(String(await exchange(Number(port), Buffer.from(text)))).toBe(`${text}:3`);
    }
  });

  test("an unused connection stays open, and keeps the process behind the port", async () => {
    await using forward = await forwarding(node, [":7001"], env);
    const process = async () => (await node.exec("systemctl show -P MainPID unitlet-api")).stdout;
    const before = await process();
    // Longer than an idle process stays.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(String(await exchange(forward.local[0] ?? 0, Buffer.from("x")))).toBe("x:1");
    expect(await process()).toBe(before);
  });

  test("a connection that its client breaks off harms no other", async () => {
    await using forward = await forwarding(node, [":7001"], env);
    const [broken, whole] = [1, 2].map(() => connect({ host: "127.0.0.1", port: forward.local[0] ?? 0 }));
    if (broken === undefined || whole === undefined) throw new Error("unreachable");
    for (const socket of [broken, whole]) {
      socket.write("x");
      await once(socket, "data");
    }
    broken.resetAndDestroy();
    whole.end("y");
    expect(String(await buffer(whole))).toBe("y:2");
  });

  test("a port without a listener: kubectl says why, and ends", async () => {
    await using forward = await forwarding(node, [":7003"], env);
    await exchange(forward.local[0] ?? 0, Buffer.from("x")).catch(() => undefined);
    const { stderr } = await forward.client.ended;
    expect(stderr).toContain("error forwarding port 7003 to pod echo, uid ");
    expect(stderr).toContain("dial tcp4 127.0.0.1:7003: connect: connection refused");
  });
});

test("the API server hands WebSockets through, since the node declares that it takes them", async () => {
  const handed = async () => {
    const metrics = await node.cluster.kubectl(["get", "--raw", "/metrics"]);
    const name = "apiserver_websocket_streaming_requests_total";
    const labels = 'proxy_type="proxied_to_kubelet",subresource="portforward"';
    return Number(metrics.split(`${name}{${labels}} `)[1]?.split("\n")[0] ?? 0);
  };
  const before = await handed();
  await using _ = await forwarding(node, [":7001"], {});
  // Another test file may forward ports at the same time.
  await node.machine.until(async () => (await handed()) > before, { what: "one more WebSocket" });
});

test("it ends with the pod, also when another process listens at the port then", async () => {
  await node.run(pod(node, "short", shell("exec /opt/echo 127.0.0.1 7004")));
  await node.container("short", ({ ready }) => ready);
  await node.machine.until(async () => (await node.exec("ss -Htln '( sport = :7004 )'")).stdout !== "", {
    what: "a listener",
  });
  await using forward = await forwarding(node, [":7004"], {}, "short");
  expect(String(await exchange(forward.local[0] ?? 0, Buffer.from("x")))).toBe("x:1");
  await node.kubectl("delete", "pod", "short", "--wait=false");
  await node.sync();
  const over = async () => (await node.show("short", "ActiveState")) === "inactive";
  await node.machine.until(over, { what: "the end of the pod" });
  await node.exec("systemd-run --collect --unit=other-echo /opt/echo 127.0.0.1 7004");
  await exchange(forward.local[0] ?? 0, Buffer.from("x")).catch(() => undefined);
  const { stderr } = await forward.client.ended;
  expect(stderr).toMatch(/error forwarding port 7004 to pod short, uid .*: pod not found \(.*short_/);
});

test("a pod that is over", async () => {
  const { code, stderr } = await kubectl(node, ["port-forward", "over", ":7001"]);
  expect([code, stderr]).toEqual([
    1,
    "error: unable to forward port because pod is not running. Current status=Succeeded\n",
  ]);
});

describe("what is refused, in the kubelet's words", () => {
  const upgrade = ["-H", "Connection: Upgrade", "-H", "Upgrade: SPDY/3.1"];
  const protocol = (name: string) => [...upgrade, "-H", `X-Stream-Protocol-Version: ${name}`];
  test.each([
    ["echo", [], 400, "Upgrade request required"],
    ["none", protocol("portforward.k8s.io"), 404, "pod does not exist"],
    ["echo/other-uid", protocol("portforward.k8s.io"), 404, "pod not found"],
    ["over", protocol("portforward.k8s.io"), 404, 'pod not found ("over_NS")'],
    ["echo", upgrade, 400, "unable to upgrade: header X-Stream-Protocol-Version does not exist in request"],
    [
      "echo",
      protocol("x"),
      403,
      "unable to upgrade: unable to negotiate protocol: client supports [x], server accepts [portforward.k8s.io]",
    ],
  ])("%s %j", async (path, flags, status, body) => {
    const answer = await requestKubelet(node, `/portForward/${node.namespace}/${path}`, [
      ...asApiServer(node),
      "-X",
      "POST",
      ...flags,
    ]);
    expect(answer).toEqual({ status, body: body.replace("NS", node.namespace) });
  });

  test("clients without a certificate, before the upgrade", async () => {
    const path = `/portForward/${node.namespace}/echo`;
    expect(await requestKubelet(node, path, ["-X", "POST", ...protocol("portforward.k8s.io")])).toEqual({
      status: 401,
      body: "Unauthorized",
    });
  });
});

test("nothing is left when all clients have gone", async () => {
  await waitForServerExit(node);
  const connections = async () => (await node.exec("ss -Htn '( sport = :7001 or sport = :7002 )'")).stdout;
  const isQuiet = async () => [(await connections()) === "", await connections()];
  await node.machine.until(isQuiet, { what: "no connection" });
  expect((await node.exec("journalctl -u unitlet-api -p warning -o cat")).stdout).toBe("");
});
