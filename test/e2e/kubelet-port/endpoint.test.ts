import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { install, Node } from "../../support/node.ts";
import { run } from "../../support/run.ts";
import { installServingCertificate, requestKubelet, waitForServerExit } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";
import { untilAllowed } from "../support/until-allowed.ts";

let cluster: Cluster;
let node: Node;
let proxy: FaultProxy;

beforeAll(async () => {
  cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-41", { proxy, settings: { kubeletIdleTimeout: "1s" } });
  await node.run(pod(node, "first", shell("echo hello; exec sleep infinity")));
  await node.container("first", ({ ready }) => ready);
  await node.machine.until(async () => (await node.log("first")) === "hello\n", { what: "its words" });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

test("a self-signed serving certificate is refused by clients that verify it, and accepted by others", async () => {
  await expect(node.kubectl("logs", "first")).rejects.toThrow("certificate signed by unknown authority");
  expect(await node.kubectl("logs", "first", "--insecure-skip-tls-verify-backend")).toBe("hello\n");
  const poll = async () =>
    (await node.exec("stat -c %a /var/lib/unitlet-api/self-signed.pem; cat /var/lib/unitlet-api/self-signed.pem"))
      .stdout;
  const made = await poll();
  expect(made).toMatch(/^600\n-----BEGIN PRIVATE KEY/);
  await waitForServerExit(node);
  expect(await node.kubectl("logs", "first", "--insecure-skip-tls-verify-backend")).toBe("hello\n");
  expect(await poll()).toBe(made);
});

test("one that the configuration names is served", async () => {
  await installServingCertificate(node);
  expect(await node.kubectl("logs", "first")).toBe("hello\n");
});

describe("what is refused, in the kubelet's words", () => {
  test.each([
    ["/containerLogs/NS/none/main", 404, 'pod "none" does not exist'],
    ["/containerLogs/NS/first/none", 404, 'container "none" not found in pod "first"'],
    ["/containerLogs/NS/first/main?tailLines=x", 400, '{"message": "Unable to decode query."}'],
    ["/containerLogs/NS/first/main?tailLines=-1", 422, '{"message": "Invalid request."}'],
    ["/containerLogs/NS/first", 404, "404 page not found\n"],
    ["/containerLogs/NS/..%2f..%2fetc/main", 400, "400 Bad Request"],
    ["/containerLogs/NS/../first/main", 400, "400 Bad Request"],
    ["/containerLogs/NS/first%0d%0aX:y/main", 400, "400 Bad Request"],
    ["/containerLogs/NS/first%00/main", 400, "400 Bad Request"],
    ["/containerLogs/NS/first/main%20_PID=1", 404, 'container "main _PID=1" not found in pod "first"'],
    ["/containerLogs/NS/first%3Fx/main", 404, 'pod "first?x" does not exist'],
    ["/etc/passwd", 404, "404 page not found\n"],
  ])("%s", async (path, status, body) => {
    expect(await requestKubelet(node, path.replace("NS", node.namespace))).toEqual({ status, body });
  });
});

describe("authentication and authorization", () => {
  const rule = (resource: string, ...verbs: string[]) => ({ apiGroups: [""], resources: [resource], verbs });

  /** Returns the flags of a client that these rules are in force for. */
  async function token(name: string, ...rules: ReturnType<typeof rule>[]): Promise<string[]> {
    await node.kubectl("create", "serviceaccount", name);
    // Of the whole cluster, so named after the namespace.
    const role = `${node.namespace}-${name}`;
    const metadata = { name: role };
    await cluster.apply({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata, rules });
    const subject = `--serviceaccount=${node.namespace}:${name}`;
    await node.kubectl("create", "clusterrolebinding", role, `--clusterrole=${role}`, subject);
    const user = `--as=system:serviceaccount:${node.namespace}:${name}`;
    for (const { resources, verbs } of rules) {
      const [resource = "", subresource = ""] = resources[0]?.split("/") ?? [];
      await untilAllowed(cluster, [verbs[0] ?? "", resource, `--subresource=${subresource}`, user]);
    }
    return ["-H", `Authorization: Bearer ${(await node.kubectl("create", "token", name)).trim()}`];
  }

  test("no anonymous client, no certificate of another authority, no invented token", async () => {
    const subject = ["-nodes", "-days", "1", "-subj", "/O=system:masters/CN=admin"];
    const files = mkdtempSync(join(tmpdir(), "unitlet-stranger-"));
    const [certificate, key] = [join(files, "tls.crt"), join(files, "tls.key")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    await run(["openssl", "req", "-x509", ...curve, ...subject, "-out", certificate, "-keyout", key]);
    const attempts = [["-4"], ["--cert", certificate, "--key", key], ["-H", "Authorization: Bearer invented"]];
    for (const attempt of attempts)
      expect(await requestKubelet(node, "/healthz", attempt)).toEqual({ status: 401, body: "Unauthorized" });
    rmSync(files, { recursive: true });
  });

  test("a client may do what its role allows and nothing else", async () => {
    const path = `/containerLogs/${node.namespace}/first/main`;
    const nothing = await token("may-nothing");
    const user = `user=system:serviceaccount:${node.namespace}:may-nothing`;
    expect(await requestKubelet(node, "/pods", nothing)).toEqual({
      status: 403,
      body: `Forbidden (${user}, verb=get, resource=nodes, subresource(s)=[pods proxy])\n`,
    });
    const pods = await token("may-pods", rule("nodes/pods", "get"));
    expect([
      (await requestKubelet(node, "/pods", pods)).status,
      (await requestKubelet(node, path, pods)).status,
    ]).toEqual([200, 403]);
    const all = await token("may-read", rule("nodes/proxy", "get"));
    expect(await requestKubelet(node, path, all)).toEqual({ status: 200, body: "hello\n" });
    expect(await requestKubelet(node, "/healthz", all)).toEqual({ status: 200, body: "ok" });
    // A WebSocket begins with a GET.
    expect((await requestKubelet(node, `/exec/${node.namespace}/first/main?command=id`, all)).status).toBe(403);
  });

  test("what was answered lately stands while the API server is away, also for the next process", async () => {
    const known = await token("known", rule("nodes/healthz", "get"));
    const unknown = await token("unknown", rule("nodes/healthz", "get"));
    expect((await requestKubelet(node, "/healthz", known)).status).toBe(200);
    await waitForServerExit(node);
    proxy.on(({ path }) => (path.includes("reviews") ? { reset: true } : undefined));
    expect([
      (await requestKubelet(node, "/healthz", known)).status,
      (await requestKubelet(node, "/healthz", unknown)).status,
    ]).toEqual([200, 503]);
    proxy.clear();
    expect((await requestKubelet(node, "/healthz", unknown)).status).toBe(200);
    await waitForServerExit(node);
    const { stdout } = await node.exec(
      "stat -c %a /run/unitlet-api/api-answers.json; cat /run/unitlet-api/api-answers.json; journalctl -u unitlet-api -o cat",
    );
    expect(stdout).toMatch(/^600\n/);
    for (const secret of [known, unknown]) expect(stdout).not.toContain(secret[1]?.split(".")[2]);
  });
});

test("/pods is the list of this node's pods", async () => {
  const list = JSON.parse((await requestKubelet(node, "/pods")).body);
  expect(list.kind).toBe("PodList");
  expect(list.items.map((each: { metadata: { name: string } }) => each.metadata.name)).toContain("first");
  expect(await cluster.kubectl(["get", "--raw", `/api/v1/nodes/${node.name}/proxy/healthz`])).toBe("ok");
});

test("the process ends when it is idle, and a request at that moment is served by the next one", async () => {
  const startedAt = (await node.exec("date +%s")).stdout.trim();
  for (let burst = 0; burst < 5; burst += 1) {
    await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        await new Promise((resolve) => setTimeout(resolve, at * 10));
        expect(await requestKubelet(node, "/healthz")).toEqual({ status: 200, body: "ok" });
      }),
    );
    // Around the moment at which it leaves.
    await new Promise((resolve) => setTimeout(resolve, 950 + burst * 15));
  }
  await waitForServerExit(node);
  // An installation before that may have stopped it, which systemd gives five seconds.
  const warnings = `journalctl -t unitlet-api -p warning -o cat; journalctl -u unitlet-api -p warning --since=@${startedAt} -o cat`;
  const { stdout } = await node.exec(
    `systemctl is-active unitlet-api.socket; systemctl is-failed unitlet-api.service; ss -Htln 'sport = :10250'; ${warnings}`,
  );
  expect(stdout).toMatch(/^active\ninactive\nLISTEN .*:10250 .*\n$/);
});

describe("where it listens", () => {
  const listening = async () => {
    const { stdout } = await node.exec("ss -Htln '( sport = :10250 or sport = :10999 )' | awk '{ print $4 }'");
    return stdout.trim();
  };

  test("on IPv4 and IPv6, at the configured port, which the Node object names", async () => {
    expect(await listening()).toBe("*:10250");
    const { stdout } = await node.exec(
      "curl -sk 'https://[::1]:10250/healthz'; curl -sk https://127.0.0.1:10250/healthz",
    );
    expect(stdout).toBe("UnauthorizedUnauthorized");
    await install(node.machine, ["--set", "kubeletPort=10999"]);
    expect(await listening()).toBe("*:10999");
    const served = async () => (await node.kubectl("logs", "first")) === "hello\n";
    await node.machine.until(served, { what: "logs from another port" });
    await install(node.machine, ["--set", "kubeletPort=10250"]);
    expect(await listening()).toBe("*:10250");
  });

  test("nowhere, while the node is in no cluster", async () => {
    await node.exec("mv /etc/unitlet/kubeconfig /root/kubeconfig");
    await install(node.machine);
    expect(await listening()).toBe("");
    await install(node.machine, ["--kubeconfig", "/root/kubeconfig"]);
    expect(await listening()).toBe("*:10250");
  });
});
