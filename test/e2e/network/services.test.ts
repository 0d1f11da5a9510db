import type { V1Pod, V1Service, V1ServiceSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { changeMode, startAddons, stopAddons } from "../support/addons.ts";
import { CLUSTER_DNS } from "../support/cluster-dns.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, pod, SLEEP, shell } from "../support/manifests.ts";
import { openPolicy } from "../support/open-policy.ts";

let image: ImageNode;
let node: Node;
/** The pod addresses of the two servers, sorted. */
let servers: readonly string[];

beforeAll(async () => {
  const settings = { podNetwork: "bridge", clusterDNS: CLUSTER_DNS };
  image = await ImageNode.start("pod-services", { settings, servingCertificate: true, strictPolicy: true });
  node = image.node;
  // The module turns it on for all bridges of its network namespace; most hosts have it only where a program asks for it.
  await node.exec("[ ! -e /proc/sys/net/bridge ] || echo 0 | tee /proc/sys/net/bridge/bridge-nf-call-*tables");
  // CoreDNS does not start without a server to forward to. Nothing answers there.
  await node.machine.write("/etc/resolv.conf", `nameserver ${node.machine.hostAddress}\n`);
  // kube-proxy and CoreDNS need no other policy than the default.
  await startAddons(image, "nftables");
  await openPolicy(node);
  await node.apply(
    service("web", {}),
    service("outside", { type: "NodePort" }),
    service("sticky", { sessionAffinity: "ClientIP" }),
    service("each", { clusterIP: "None" }),
    service("self", { selector: { name: "one" } }),
  );
  await node.run(server("one"), server("two"));
});

beforeAll(async () => {
  await node.run(pod(node, "client", SLEEP, { automountServiceAccountToken: true }));
  const [one, two] = [await node.until("one", isReady), await node.until("two", isReady)];
  servers = [one, two].map(({ status }) => String(status?.podIP)).toSorted();
  await node.until("client", isReady);
});

afterAll(async () => {
  await stopAddons(node);
  await node[Symbol.asyncDispose]();
});

const isReady = (each: V1Pod | undefined) => each?.status?.containerStatuses?.every(({ ready }) => ready) && each;

function service(name: string, spec: Partial<V1ServiceSpec>): object {
  const ports = [{ port: 80, targetPort: 8080 }];
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { selector: { app: "web" }, ports, ...spec } };
}

/** A pod that answers with its own address. */
function server(name: string): object {
  const container: Container = shell("echo $POD_IP >/tmp/ip; exec busybox httpd -f -p 8080 -h /tmp", {
    env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    readinessProbe: { httpGet: { path: "/ip", port: 8080 }, periodSeconds: 1 },
  });
  return { ...pod(node, name, container), metadata: { name, labels: { app: "web", name } } };
}

const inPod = (name: string, script: string) => node.kubectl("exec", name, "--", "sh", "-c", script);

/** Returns the servers that answer 30 connections of a pod to a Service. */
async function answers(from: string, host: string): Promise<readonly string[]> {
  const script = `for i in $(seq 30); do curl -sS -m 10 http://${host}/ip || echo none; done`;
  return [...new Set((await inPod(from, script)).trim().split("\n"))].toSorted();
}

/** Waits until exactly these servers answer: a connection may fail on a busy host. */
async function untilAnswers(from: string, host: string, expected: readonly string[]): Promise<void> {
  const poll = async () => {
    const seen = await answers(from, host);
    return [seen.join() === expected.join(), seen];
  };
  await node.machine.until(poll, { what: `answers of ${expected.join(" and ")}` });
}

describe.for(["nftables", "iptables"] as const)("with kube-proxy in the mode %s", (mode) => {
  beforeAll(async () => {
    if (mode === "nftables") return;
    await changeMode(node, mode);
    // Until then the rules of the other mode lead to the servers. kube-proxy removes them first.
    const rules = () => node.exec("iptables-save -t nat | grep KUBE-SVC");
    await node.machine.until(rules, { what: "the rules of kube-proxy" });
  });

  test("a Service leads to each of its pods, on the bridge of the pod that connects", async () => {
    await untilAnswers("client", "web", servers);
  });

  test("a pod reaches itself by its Service", async () => {
    await untilAnswers("one", "self", [String((await node.get("one"))?.status?.podIP)]);
  });

  test("a Service with session affinity leads a pod to one server", async () => {
    const poll = async () => {
      const seen = await answers("client", "sticky");
      return [seen.length === 1 && servers.includes(seen[0] ?? ""), seen];
    };
    await node.machine.until(poll, { what: "answers of one server" });
  });

  test("a NodePort is reached from outside of the host and from a pod", async () => {
    const { spec } = (await node.cluster.get("service", "outside", node.namespace)) as V1Service;
    const address = `${node.machine.address}:${spec?.ports?.[0]?.nodePort}`;
    const answer = async () => (await (await fetch(`http://${address}/ip`)).text()).trim();
    expect(servers).toContain(await node.machine.until(answer, { what: "an answer" }));
    await untilAnswers("client", address, servers);
  });
});

test("a pod with a network of its own has the cluster's name server", async () => {
  const { namespace } = node;
  expect(await inPod("client", "cat /etc/resolv.conf")).toBe(
    `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${CLUSTER_DNS}\noptions ndots:5\n`,
  );
});

test("the name of a headless Service has the addresses of its pods", async () => {
  const poll = async () => {
    const found = await inPod("client", "getent ahostsv4 each | sed -n 's/ *STREAM.*//p'");
    return [found.trim().split("\n").toSorted().join() === servers.join(), found];
  };
  await node.machine.until(poll, { what: "the addresses of both servers" });
});

test("a pod finds the API server by name, and is known there by its token", async () => {
  const script = `cd /var/run/secrets/kubernetes.io/serviceaccount
    curl -sS --cacert ca.crt -H "Authorization: Bearer $(cat token)" -H 'Content-Type: application/json' \\
      -d '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}' \\
      https://kubernetes.default/apis/authentication.k8s.io/v1/selfsubjectreviews`;
  const said = await node.machine.until(() => inPod("client", script), { what: "an answer of the API server" });
  const { status } = JSON.parse(said) as { status: { userInfo: { username: string } } };
  expect(status.userInfo.username).toBe(`system:serviceaccount:${node.namespace}:default`);
});

test("a pod has the cluster IPs of Services in its variables", async () => {
  const answer = () => inPod("client", "curl -sS -m 10 http://$WEB_SERVICE_HOST:$WEB_SERVICE_PORT/ip");
  expect(servers).toContain((await node.machine.until(answer, { what: "an answer" })).trim());
});
