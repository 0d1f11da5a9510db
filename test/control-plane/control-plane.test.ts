import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { Machine } from "../support/machine.ts";
import { run } from "../support/run.ts";

let cluster: Cluster;
let namespace: string;
let directory: string;

beforeAll(async () => {
  cluster = await Cluster.up();
  namespace = await cluster.namespace("self-test");
  await cluster.kubectl(["delete", "node/node-11", "node/node-12", "csr/self-test", "--ignore-not-found"]);
  directory = await mkdtemp(join(tmpdir(), "unitlet-kubeconfig-"));
});

afterAll(() => rm(directory, { recursive: true }));

async function asNode(name: string, token: boolean): Promise<(...args: string[]) => Promise<string>> {
  const path = join(directory, `${name}-${token}`);
  await writeFile(path, await cluster.nodeKubeconfig(name, { token }));
  return (...args) => cluster.kubectl(["--kubeconfig", path, ...args]);
}

test.each([
  ["a client certificate", "node-11", false],
  ["a token", "node-12", true],
])("with %s a node registers itself and no other", async (_, name, token) => {
  const kubectl = await asNode(name, token);
  expect(await kubectl("auth", "whoami")).toContain(`system:node:${name}`);
  const create = (node: string) => {
    const manifest = join(directory, `${node}.json`);
    const body = JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name: node } });
    return writeFile(manifest, body).then(() => kubectl("create", "-f", manifest));
  };
  await create(name);
  expect((await cluster.get("node", name))?.metadata?.name).toBe(name);
  await expect(create("node-13")).rejects.toThrow(/is not allowed to modify node "node-13"/);
});

test("a node reads the secrets of its own pods only", async () => {
  await cluster.apply(
    [secret("mine"), secret("other"), podWith("mine", "node-11"), podWith("other", "node-14")],
    namespace,
  );
  const kubectl = await asNode("node-11", false);
  await cluster.waitFor(() => kubectl("get", "secret", "mine", "-n", namespace), {
    what: "leave to read the secret",
  });
  await expect(kubectl("get", "secret", "other", "-n", namespace)).rejects.toThrow(/no relationship found/);
  await expect(kubectl("get", "secrets", "-n", namespace)).rejects.toThrow(/Forbidden/);
});

function secret(name: string): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: { key: "value" } };
}

function podWith(secretName: string, nodeName: string): object {
  const volumes = [{ name: "secret", secret: { secretName } }];
  const metadata = { name: `reads-${secretName}` };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { nodeName, volumes, containers: [{ name: "main", image: "host" }] },
  };
}

test("a certificate request of a node is signed once it is approved", async () => {
  const subject = "/O=system:nodes/CN=system:node:node-11";
  const [key, csr] = [join(directory, "key"), join(directory, "csr")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  await run([
    "openssl",
    "req",
    "-new",
    ...curve,
    "-nodes",
    "-keyout",
    key,
    "-out",
    csr,
    "-subj",
    subject,
    "-addext",
    "subjectAltName=IP:10.203.0.2",
  ]);
  const usages = ["digital signature", "server auth"];
  const spec = { request: await readFile(csr, "base64"), signerName: "kubernetes.io/kubelet-serving", usages };
  const manifest = join(directory, "csr.json");
  await writeFile(
    manifest,
    JSON.stringify({
      apiVersion: "certificates.k8s.io/v1",
      kind: "CertificateSigningRequest",
      metadata: { name: "self-test" },
      spec,
    }),
  );
  const kubectl = await asNode("node-11", false);
  await kubectl("create", "-f", manifest);
  await cluster.kubectl(["certificate", "approve", "self-test"]);
  const issued = () => cluster.get("csr", "self-test").then((request) => request?.status?.certificate);
  expect(await cluster.waitFor(issued, { what: "the signed certificate" })).toBeTruthy();
});

test("a machine on a private network reaches it at the host's address, over both protocols, and trusts it", async () => {
  await using machine = await Machine.boot("reach", { net: "private" });
  await machine.write("/ca.crt", await readFile(cluster.ca));
  for (const host of [machine.hostAddress, "[fd75:6e69:74::1]"]) {
    const { stdout } = await machine.exec(["curl", "-sSg", "--cacert", "/ca.crt", `${cluster.urlFor(host)}/version`]);
    expect(stdout).toContain(`v${process.env.UNITLET_TEST_KUBERNETES ?? "1.36"}`);
  }
});
