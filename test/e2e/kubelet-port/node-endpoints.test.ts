import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { asApiServer, installServingCertificate, requestKubelet } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "told", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  const resources = { limits: { memory: "64Mi", cpu: "200m" } };
  await node.run(
    pod(node, "busy", shell("i=0; while :; do i=$((i+1)); done", { resources })),
    pod(node, "over", shell("exit 3"), { restartPolicy: "Never" }),
  );
  await node.container("busy", ({ ready }) => ready);
  await node.until("over", (seen) => seen?.status?.phase === "Failed");
});

afterAll(() => node[Symbol.asyncDispose]());

const raw = (path: string) => node.cluster.kubectl(["get", "--raw", `/api/v1/nodes/${node.name}/proxy${path}`]);

/** The value of one sample, by its name and labels, in the order of the alphabet. */
async function metrics(path: string): Promise<(name: string) => number> {
  const text = await raw(path);
  return (name) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${name} `))
        ?.split(" ")[1],
    );
}

describe("/metrics", () => {
  test("how runs end, and when one last knew everything", async () => {
    const earlier = await metrics("/metrics");
    const before = Number((await node.exec("date +%s; rm /run/unitlet/lease")).stdout);
    await node.sync();
    const later = await metrics("/metrics");
    const total = (seen: typeof earlier) =>
      ["unchanged", "done", "incomplete", "failed"]
        .map((outcome) => seen(`unitlet_runs_total{outcome="${outcome}"}`))
        .reduce((a, b) => a + b);
    expect(total(later)).toBeGreaterThan(total(earlier));
    expect(later("unitlet_run_duration_seconds_count")).toBe(total(later));
    expect(later("unitlet_run_duration_seconds_sum")).toBeGreaterThan(earlier("unitlet_run_duration_seconds_sum"));
    expect(later("process_cpu_seconds_total")).toBeGreaterThan(earlier("process_cpu_seconds_total"));
    for (const name of ["unitlet_last_successful_sync_timestamp_seconds", "unitlet_lease_renewed_timestamp_seconds"])
      expect(later(name)).toBeGreaterThanOrEqual(before);
  });

  test("pods by phase, containers by state, certificates, problems", async () => {
    const poll = async () => {
      const seen = await metrics("/metrics");
      const names = [
        'unitlet_pods{phase="Running"}',
        'unitlet_pods{phase="Failed"}',
        'unitlet_containers{state="running"}',
        "kubelet_running_pods",
        'kubelet_running_containers{container_state="running"}',
        'unitlet_degraded{reason="list"}',
      ];
      const values = names.map(seen);
      return [values.join() === "1,1,1,1,1,0", values];
    };
    await node.machine.until(poll, { what: "one pod that runs, one that failed, and no trouble" });
    const seen = await metrics("/metrics");
    expect(seen(`kubelet_node_name{node="${node.name}"}`)).toBe(1);
    for (const usage of ["client", "serving"])
      expect(seen(`unitlet_certificate_expiration_timestamp_seconds{usage="${usage}"}`)).toBeGreaterThan(
        Date.now() / 1000,
      );
    expect(seen("kubelet_certificate_manager_client_ttl_seconds")).toBeGreaterThan(0);
  });
});

test("/metrics/cadvisor has the usage and the limits of a container", async () => {
  const poll = async () => {
    const text = await raw("/metrics/cadvisor");
    const own = text.split("\n").filter((line) => line.includes('container="main"') && line.includes('pod="busy"'));
    const value = (name: string) =>
      Number(
        own
          .find((line) => line.startsWith(`${name}{`))
          ?.split("} ")[1]
          ?.split(" ")[0],
      );
    const throttled = value("container_cpu_cfs_throttled_periods_total");
    return [throttled > 0, throttled, own, value, text] as const;
  };
  const [, , own, value, text] = await node.machine.until(poll, { what: "a container that was throttled" });
  const id = `/unitlet.slice/unitlet-pod.*slice/${node.unit("busy")}`;
  const invocation = await node.invocation("busy");
  expect(own[0]).toMatch(
    new RegExp(`id="${id}",image="host",name="${invocation}",namespace="${node.namespace}",pod="busy"`),
  );
  expect(value("container_cpu_usage_seconds_total")).toBeGreaterThan(0);
  expect(text).toMatch(/^container_memory_usage_bytes\{.*id="\/".*\} [1-9]\d{6}/m);
  expect(value("container_spec_memory_limit_bytes")).toBe(64 * 1024 * 1024);
  expect(value("container_spec_cpu_quota") / value("container_spec_cpu_period")).toBeCloseTo(0.2);
  expect(value("container_memory_working_set_bytes")).toBeGreaterThan(10_000);
  expect(value("container_pressure_cpu_waiting_seconds_total")).toBeGreaterThan(0);
  expect([value("container_processes"), value("container_threads")]).toEqual([1, 1]);
  expect(text).toMatch(/^machine_cpu_cores{boot_id=".+",machine_id=".+",system_uuid=".+"} \d+$/m);
  expect(text).toMatch(/^container_network_receive_bytes_total{.*id="\/",.*interface=".+"/m);
});

test("/metrics/probes and /metrics/slis are answered, other metrics are not", async () => {
  expect(await raw("/metrics/probes")).toBe("");
  expect(await raw("/metrics/slis")).toContain('kubernetes_healthcheck{name="syncloop",type="healthz"} 1');
  await expect(raw("/metrics/none")).rejects.toThrow("could not find the requested resource");
});

test("/runningpods/ has the running pods with their identity", async () => {
  const uid = (await node.get("busy"))?.metadata?.uid;
  const { items } = JSON.parse(await raw("/runningpods/"));
  expect(items).toEqual([
    {
      metadata: { name: "busy", namespace: node.namespace, uid },
      spec: { containers: [{ name: "main", image: "host", resources: {} }] },
      status: {},
    },
  ]);
});

test("/configz has the kubelet's names for what holds here", async () => {
  const { kubeletconfig } = JSON.parse(await raw("/configz"));
  // systemd limits swap on cgroup v2 only.
  const isUnified = (await node.exec("ls /sys/fs/cgroup")).stdout.includes("cgroup.controllers");
  expect(kubeletconfig).toMatchObject({
    kind: "KubeletConfiguration",
    maxPods: 110,
    port: 10250,
    tlsCertFile: "/etc/unitlet/tls.crt",
    clusterDomain: "cluster.local",
    imageGCHighThresholdPercent: 85,
    imageGCLowThresholdPercent: 80,
    imageMinimumGCAge: "2m0s",
    nodeStatusMaxImages: 50,
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "10%",
      "nodefs.inodesFree": "5%",
      "imagefs.available": "15%",
      "imagefs.inodesFree": "5%",
      "pid.available": "5%",
    },
    evictionPressureTransitionPeriod: "5m0s",
    memoryReservationPolicy: "None",
    memorySwap: isUnified ? { swapBehavior: "NoSwap" } : {},
    systemReserved: { cpu: "0", memory: "0", "ephemeral-storage": "0", pid: "0" },
    rotateCertificates: true,
    serverTLSBootstrap: false,
    authentication: { anonymous: { enabled: false } },
  });
});

test("/statusz says what this is, and since when", async () => {
  expect(await raw("/statusz")).toMatch(
    /^\nunitlet statusz\nWarning: .*\n\nStarted: .*\nUp: 0 days 0 hr \d\d min \d\d sec\nBinary version: /,
  );
});

describe("what this node does not do, in the kubelet's words", () => {
  test.each([
    ["GET", "/debug/pprof/heap", 405, "profiling endpoint is disabled.\n"],
    ["PUT", "/debug/flags/v", 405, "flags endpoint is disabled.\n"],
    ["POST", "/checkpoint/NS/none/main", 404, "pod does not exist"],
    ["POST", "/checkpoint/NS/busy/none", 404, "container none does not exist"],
    [
      "POST",
      "/checkpoint/NS/busy/main",
      500,
      "checkpointing of NS/busy/main failed (unitlet cannot save the state of a running process)",
    ],
    ["GET", "/flagz", 404, "404 page not found\n"],
    ["POST", "/metrics", 405, "405: Method Not Allowed"],
  ])("%s %s", async (method, path, status, body) => {
    const named = (text: string) => text.replace("NS", node.namespace);
    const answer = await requestKubelet(node, named(path), [...asApiServer(node), "-X", method]);
    expect(answer).toEqual({ status, body: named(body) });
  });
});

test("/metrics/probes counts what the prober has seen", async () => {
  const readinessProbe = { exec: { command: ["true"] }, periodSeconds: 1 };
  await node.run(pod(node, "probed", { command: ["sleep", "infinity"], readinessProbe }));
  const counted = new RegExp(
    `^prober_probe_total{container="main",namespace="${node.namespace}",pod="probed",pod_uid=".+",probe_type="Readiness",result="successful"} [1-9]`,
    "m",
  );
  const poll = async () => {
    const text = await raw("/metrics/probes");
    return [counted.test(text), text];
  };
  await node.machine.until(poll, { what: "a probe that was counted" });
});
