import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { control, data, Packer } from "../../serve/remote/spdy/spdy-client.ts";
import * as websocket from "../../serve/remote/websocket/websocket-client.ts";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { until } from "../../support/until.ts";
import { channels, dial, upgraded, WEBSOCKET } from "../support/bare-connection.ts";
import { Kubectl } from "../support/kubectl.ts";
import { installServingCertificate, requestKubelet, waitForServerExit } from "../support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

/** Sends one line to each client of port 7100, and closes. */
const GREET = `exec perl -MIO::Socket::IP -e '
  my $listener = IO::Socket::IP->new(LocalHost => "127.0.0.1", LocalPort => 7100, Listen => 8, ReuseAddr => 1) or die;
  while (my $client = $listener->accept) { print $client "hello\\n" }
'`;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "streams", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.run(pod(node, "first", SLEEP), pod(node, "greets", shell(GREET)));
  await node.container("first", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

const SPDY = ["Upgrade: SPDY/3.1", "X-Stream-Protocol-Version: portforward.k8s.io"];
const port = () => `https://${node.machine.address}:10250`;
const direct = () => `${port()}/exec/${node.namespace}/first/main`;
const throughApiServer = () => `${node.cluster.url}/api/v1/namespaces/${node.namespace}/pods/first/exec`;

const SCRIPT = `command=sh&command=-c&command=${encodeURIComponent("head -c 3; echo err >&2; exit 4")}`;
const STATUS = /^\{.*"reason":"ExitCode","message":"4".*\}$/;
const TEXT = /^command terminated with non-zero exit code: exit status 4$/;

describe("commands by each dialect of WebSockets", () => {
  test.each([
    ["v5.channel.k8s.io", direct, STATUS],
    ["v4.channel.k8s.io", direct, STATUS],
    ["v4.base64.channel.k8s.io", direct, STATUS],
    ["channel.k8s.io", direct, TEXT],
    ["base64.channel.k8s.io", direct, TEXT],
    ["", direct, TEXT],
    ["v5.channel.k8s.io", throughApiServer, STATUS],
    ["v4.channel.k8s.io", throughApiServer, STATUS],
    ["v4.base64.channel.k8s.io", throughApiServer, STATUS],
  ])("%s", async (protocol, url, status) => {
    const yes = url === direct ? "1" : "true";
    const streams = ["stdin", "stdout", "stderr"].map((each) => `${url === direct ? KUBELET[each] : each}=${yes}`);
    const offer = protocol === "" ? [] : [`Sec-WebSocket-Protocol: ${protocol}`];
    const { socket, answer, rest } = await upgraded(node, `${url()}?${SCRIPT}&${streams.join("&")}`, [
      ...WEBSOCKET,
      ...offer,
    ]);
    expect(answer).toContain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const isBase64 = protocol.includes("base64");
    socket.write(isBase64 ? websocket.frame(1, `0${btoa("abc")}`) : websocket.binary(0, "abc"));
    const { frames, channel } = await channels(rest, isBase64);
    // The very first one is empty: it tells that the connection stands.
    expect(frames[0]?.[1]).toBe(isBase64 ? "1" : "\x01");
    expect([channel(1), channel(2)]).toEqual(["abc", "err\n"]);
    expect(channel(3)).toMatch(status);
    socket.end(websocket.frame(8, Buffer.from([3, 0xe8])));
  });
});

/** Accepts every connection, and reads nothing. */
const SILENT = `#!/usr/bin/perl
use IO::Socket::IP;
my $listener = IO::Socket::IP->new(LocalHost => "127.0.0.1", LocalPort => 7200, Listen => 200) or die;
my @clients;
push @clients, $listener->accept while 1;
`;

/** As the kubelet has them in its query. */
const KUBELET: Readonly<Record<string, string>> = { stdin: "input", stdout: "output", stderr: "error" };

test.each(["v4.channel.k8s.io", "v4.base64.channel.k8s.io"])("ports by channels: %s", async (protocol) => {
  await node.machine.until(async () => (await node.exec("ss -Htln 'sport = :7100'")).stdout !== "", {
    what: "a listener",
  });
  const url = `${port()}/portForward/${node.namespace}/greets?port=7100,7101`;
  const { socket, rest } = await upgraded(node, url, [...WEBSOCKET, `Sec-WebSocket-Protocol: ${protocol}`]);
  const { channel } = await channels(rest, protocol.includes("base64"));
  expect([channel(0), channel(1), channel(2)]).toEqual(["\xbc\x1bhello\n", "\xbc\x1b", "\xbd\x1b"]);
  expect(channel(3)).toMatch(/error forwarding port 7101 to pod greets, uid .*connection refused/);
  socket.end(websocket.frame(8, Buffer.from([3, 0xe8])));
});

test.each(["true", "false"])(
  "a command that reads nothing ends with its client, however much is under way: KUBECTL_REMOTE_COMMAND_WEBSOCKETS=%s",
  async (value) => {
    const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: value };
    const much = Buffer.alloc(100 << 20);
    const { child, ended } = new Kubectl(node, ["exec", "-i", "first", "--", "sleep", "1234"], { env, stdin: much });
    const running = async () => (await node.exec("pgrep -fxc 'sleep 1234' || :")).stdout.trim();
    await until(async () => [(await running()) === "1", "none"], { what: "a command" });
    let left = -1;
    const standstill = async () => {
      const before = left;
      left = child.stdin?.writableLength ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return [before === left, left] as const;
    };
    await until(standstill, { what: "a client that has to wait" });
    child.kill("SIGKILL");
    await ended;
    await until(async () => [(await running()) === "0", "one"], { what: "its end" });
  },
);

describe("clients that mean no good, or cannot do better", () => {
  const forward = (name = "first") => `${port()}/portForward/${node.namespace}/${name}`;
  const headers = (streamtype: string, requestid: number) => ({
    streamtype,
    requestid: String(requestid),
    port: "7200",
  });
  const serving = async () => (await node.exec("systemctl show -P MainPID unitlet-api")).stdout.trim();
  const resident = async () =>
    Number((await node.exec(`awk '/^VmRSS/ { print $2 }' /proc/${await serving()}/status`)).stdout);

  let connections: readonly { readonly socket: TLSSocket }[];

  // They are let go after ten seconds, which is long enough for all that follows.
  beforeAll(() => {
    connections = Array.from({ length: 50 }, () => dial(node, port()));
  });

  test.each([
    ["HTTP once more", "GET /healthz HTTP/1.1\r\n\r\n"],
    ["frames of another version", Buffer.from("8002000100000004deadbeef", "hex")],
    ["headers that cannot be unpacked", control(1, Buffer.alloc(30, 1))],
    ["data for nobody", data(7, "x")],
  ])("%s: the connection is closed, and nothing else happens", async (_, bytes) => {
    const { socket } = await upgraded(node, forward(), SPDY);
    socket.write(bytes);
    await until(() => socket.closed, { what: "a closed connection" });
    expect((await requestKubelet(node, "/healthz")).status).toBe(200);
  });

  test("a hundred connections, each with output that its client does not read: less than 100 MB more", async () => {
    await node.machine.write("/opt/silent", SILENT, 0o755);
    await node.run(pod(node, "silent", shell("exec /opt/silent")));
    await node.machine.until(async () => (await node.exec("ss -Htln 'sport = :7200'")).stdout !== "", {
      what: "a listener",
    });
    const { socket } = await upgraded(node, forward("silent"), SPDY);
    const before = await resident();
    const packer = new Packer();
    for (let at = 0; at < 100; at += 1) {
      socket.write(packer.open(4 * at + 1, headers("error", at)));
      socket.write(packer.open(4 * at + 3, headers("data", at)));
    }
    let sent = 0;
    const pour = () => {
      for (let at = 0; at < 100 && !socket.writableNeedDrain; at += 1, sent += 1)
        socket.write(data(4 * (sent % 100) + 3, Buffer.alloc(256 * 1024)));
    };
    socket.on("drain", pour);
    pour();
    const standstill = async () => {
      const seen = sent;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return [seen > 0 && seen === sent, sent] as const;
    };
    await until(standstill, { what: "a client that has to wait" });
    expect(((await resident()) - before) / 1024).toBeLessThan(100);
    expect((await requestKubelet(node, "/healthz")).status).toBe(200);
    socket.destroy();
  });

  test("a client that sends nothing is disconnected", async () => {
    await until(() => connections.every(({ socket }) => socket.closed), {
      what: "closed connections",
    });
  });
});

test("nothing is left, and all that went wrong is what clients did", async () => {
  await waitForServerExit(node);
  const { stdout } = await node.exec(
    "journalctl --sync; journalctl -u unitlet-api -o cat; systemctl is-failed unitlet-api || :",
  );
  expect(stdout.trim().split("\n")).toEqual([
    'a client violated the protocol because="data for stream 1195725856, which was never opened"',
    'a client violated the protocol because="this is not SPDY/3: version 2"',
    'a client violated the protocol because="headers are not compressed with zlib"',
    'a client violated the protocol because="data for stream 7, which was never opened"',
    "inactive",
  ]);
});
