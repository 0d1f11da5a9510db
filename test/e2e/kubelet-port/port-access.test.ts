import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { run } from "../../support/run.ts";
import { asApiServer, installServingCertificate, requestKubelet } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;
let files: string;

/** Flags of curl for a certificate of the cluster's authority for a user without rights, and for one of another authority. */
const nobody = () => ["--cert", join(files, "nobody/tls.crt"), "--key", join(files, "nobody/tls.key")];
const stranger = () => ["--cert", join(files, "stranger.crt"), "--key", join(files, "stranger.key")];

beforeAll(async () => {
  const cluster = await Cluster.up();
  node = await Node.join(cluster, "hard", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.run(pod(node, "talks", shell("while :; do echo word; sleep 1; done")));
  await node.container("talks", ({ ready }) => ready);
  files = mkdtempSync(join(tmpdir(), "unitlet-hard-"));
  await cluster.servingCertificate(join(files, "nobody"), ["nobody"]);
  const subject = ["-nodes", "-days", "1", "-subj", "/O=system:masters/CN=admin"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", join(files, "stranger.key")];
  await run(["openssl", "req", "-x509", ...key, ...subject, "-out", join(files, "stranger.crt")]);
});

afterAll(async () => {
  rmSync(files, { recursive: true });
  await node[Symbol.asyncDispose]();
});

/** Nobody has harmed it: the same process answers, and it has nothing to complain of. */
async function isWell(): Promise<void> {
  expect(await requestKubelet(node, "/healthz")).toEqual({ status: 200, body: "ok" });
  const { stdout } = await node.exec(
    "journalctl -u unitlet-api -p warning -o cat; systemctl show -P NRestarts unitlet-api",
  );
  expect(stdout).toBe("0\n");
}

describe("each endpoint", () => {
  const OWN = "/NS/talks/main";
  test.each([
    ["GET", "/healthz", "healthz proxy"],
    ["GET", "/pods", "pods proxy"],
    ["GET", "/runningpods/", "pods proxy"],
    ["GET", "/configz", "configz proxy"],
    ["GET", "/statusz", "statusz proxy"],
    ["GET", "/stats/summary", "stats"],
    ["GET", "/metrics", "metrics"],
    ["GET", "/metrics/cadvisor", "metrics"],
    ["GET", "/metrics/probes", "metrics"],
    ["GET", "/metrics/resource", "metrics"],
    ["GET", "/metrics/slis", "metrics"],
    ["GET", "/logs/", "log"],
    ["POST", `/checkpoint${OWN}`, "checkpoint"],
    ["GET", `/containerLogs${OWN}`, "proxy"],
    ["POST", `/exec${OWN}?command=id`, "proxy"],
    ["POST", `/attach${OWN}`, "proxy"],
    ["POST", `/run${OWN}?cmd=id`, "proxy"],
    ["POST", "/portForward/NS/talks", "proxy"],
    ["GET", "/debug/pprof/", "proxy"],
    ["GET", "/nonsense", "proxy"],
  ])("%s %s is for those who are known, and may", async (method, path, subresources) => {
    const own = path.replace("NS", node.namespace);
    const status = async (flags: readonly string[]) => await requestKubelet(node, own, [...flags, "-X", method]);
    const verb = method === "POST" ? "create" : "get";
    for (const flags of [[], stranger()]) expect(await status(flags)).toEqual({ status: 401, body: "Unauthorized" });
    expect(await status(nobody())).toEqual({
      status: 403,
      body: `Forbidden (user=nobody, verb=${verb}, resource=nodes, subresource(s)=[${subresources}])\n`,
    });
    const right = await requestKubelet(node, own, [...asApiServer(node), "-X", method, "-m", "1"]);
    expect([401, 403]).not.toContain(right.status);
  });

  test("a WebSocket that begins with GET needs the right to create", async () => {
    const upgrade = ["-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13"];
    const key = ["-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "--http1.1"];
    const { status, body } = await requestKubelet(node, `/exec/${node.namespace}/talks/main?command=id`, [
      ...nobody(),
      ...upgrade,
      ...key,
    ]);
    expect([status, body]).toEqual([403, expect.stringContaining("verb=create")]);
  });
});

describe("names that are none find nothing", () => {
  const tricks = [
    "..",
    ".",
    "%2e%2e",
    "..%2f..",
    "%00",
    "a%00b",
    "a%0d%0aSet-Cookie:x",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "a%2fb",
    "a\\b",
    "*",
    "talks*",
    "%20",
    "a".repeat(4000),
    "_PID=1",
    "talks%0a",
    "%e2%80%ae",
  ];
  test.each(tricks.map((name) => [name.slice(0, 20), name]))("%s", async (_, name) => {
    const places = [`${name}/talks/main`, `${node.namespace}/${name}/main`, `${node.namespace}/talks/${name}`];
    for (const place of places) {
      const { status, body } = await requestKubelet(node, `/containerLogs/${place}`);
      expect([400, 404]).toContain(status);
      expect(body).not.toContain("word");
    }
    expect([400, 404, 422]).toContain((await requestKubelet(node, `/logs/${name}`)).status);
  });

  test.each([
    "tailLines=%00",
    "tailLines=1%0a2",
    "sinceTime=now",
    "limitBytes=0x10",
    "tailLines=99999999999999999999",
    "sinceSeconds=1e9",
  ])("nor does the query %s", async (query) => {
    expect([400, 422]).toContain(
      (await requestKubelet(node, `/containerLogs/${node.namespace}/talks/main?${query}`)).status,
    );
  });

  afterAll(isWell);
});
