import { expect, test } from "vitest";
import { addRun, type RunCounts } from "../../../src/io/run-counts.ts";
import { type AgentState, agentMetrics } from "../../../src/serve/metrics/agent.ts";
import { family, labels } from "../../../src/serve/metrics/exposition.ts";

const NOW = 1_700_000_000_000;

const BASE: AgentState = {
  node: "n",
  version: "1.2.3",
  runs: undefined,
  pods: [],
  runningPods: 0,
  runningContainers: 0,
  leaseRenewed: undefined,
  problems: {},
  certificates: {},
  resident: 5e7,
};

const samples = (state: AgentState) =>
  agentMetrics(state, NOW)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

test("before the first run there is only what is known", () => {
  const names = samples(BASE).map((line) => line.split(/[{ ]/)[0]);
  expect([...new Set(names)]).toEqual([
    "unitlet_build_info",
    "kubelet_node_name",
    "unitlet_pods",
    "unitlet_containers",
    "kubelet_desired_pods",
    "kubelet_active_pods",
    "kubelet_running_pods",
    "kubelet_running_containers",
    "process_resident_memory_bytes",
  ]);
});

test("runs add up: outcomes, failed steps, times, and when one was good", () => {
  let counts: RunCounts | undefined;
  counts = addRun(
    counts,
    { status: 0, outcome: "unchanged", failedSteps: [] },
    { seconds: 0.06, cpu: 0.05, now: NOW - 3000 },
  );
  counts = addRun(
    counts,
    { status: 0, outcome: "incomplete", failedSteps: ["start", "start", "stop"] },
    { seconds: 3, cpu: 0.1, now: NOW - 2000 },
  );
  counts = addRun(
    counts,
    { status: 70, outcome: "failed", failedSteps: [] },
    { seconds: 30, cpu: 0.1, now: NOW - 1000 },
  );
  const lines = samples({ ...BASE, runs: counts }).filter((line) =>
    /unitlet_(run|last|failed)|process_(start|cpu)/.test(line),
  );
  expect(lines).toEqual([
    'unitlet_runs_total{outcome="unchanged"} 1',
    'unitlet_runs_total{outcome="done"} 0',
    'unitlet_runs_total{outcome="incomplete"} 1',
    'unitlet_runs_total{outcome="failed"} 1',
    'unitlet_run_duration_seconds_bucket{le="0.05"} 0',
    ...["0.1", "0.25", "0.5", "1", "2.5"].map((le) => `unitlet_run_duration_seconds_bucket{le="${le}"} 1`),
    ...["5", "10", "20"].map((le) => `unitlet_run_duration_seconds_bucket{le="${le}"} 2`),
    'unitlet_run_duration_seconds_bucket{le="+Inf"} 3',
    "unitlet_run_duration_seconds_sum 33.06",
    "unitlet_run_duration_seconds_count 3",
    "unitlet_run_cpu_seconds_total 0.25",
    "unitlet_last_run_timestamp_seconds 1699999999",
    "unitlet_last_successful_sync_timestamp_seconds 1699999997",
    'unitlet_failed_steps_total{step="start"} 2',
    'unitlet_failed_steps_total{step="stop"} 1',
    "process_start_time_seconds 1699999997",
    "process_cpu_seconds_total 0.25",
  ]);
});

test("a certificate that has expired has a negative time to live", () => {
  const certificates = { client: NOW + 10_000, serving: NOW - 10_000 };
  expect(samples({ ...BASE, certificates }).filter((line) => line.includes("certificate"))).toEqual([
    'unitlet_certificate_expiration_timestamp_seconds{usage="client"} 1700000010',
    'unitlet_certificate_expiration_timestamp_seconds{usage="serving"} 1699999990',
    "kubelet_certificate_manager_client_ttl_seconds 10",
    "kubelet_certificate_manager_server_ttl_seconds -10",
  ]);
});

test("pods and containers are counted by phase and state", () => {
  const container = (name: string, state: "waiting" | "running") =>
    ({ name, state, kind: "container", image: "" }) as const;
  const pod = (uid: string, phase: string, ...containers: ReturnType<typeof container>[]) => ({
    namespace: "x",
    name: uid,
    uid,
    phase,
    containers,
  });
  const pods = [
    pod("a", "Running", container("one", "running"), container("two", "waiting")),
    pod("b", "Pending", container("one", "waiting")),
  ];
  expect(samples({ ...BASE, pods }).filter((line) => /^unitlet_(pods|containers).* [^0]/.test(line))).toEqual([
    'unitlet_pods{phase="Pending"} 1',
    'unitlet_pods{phase="Running"} 1',
    'unitlet_containers{state="waiting"} 2',
    'unitlet_containers{state="running"} 1',
  ]);
});

test("what could break a line is escaped; a family without a sample is not there", () => {
  expect(family("x", "gauge", "help", [{ labels: labels({ b: 'a"b\\c\nd', a: "1" }), value: 1 }])).toBe(
    '# HELP x help\n# TYPE x gauge\nx{a="1",b="a\\"b\\\\c\\nd"} 1\n',
  );
  expect(family("x", "gauge", "help", [{ value: undefined }])).toBe("");
});

test("what has happened to pods adds up, by the labels of the kubelet", () => {
  const ended = (reason: string) =>
    ({ family: "kubelet_terminated_containers_total", labels: { reason, container_type: "container" } }) as const;
  const run = (...podCounts: ReturnType<typeof ended>[]) =>
    ({ status: 0, outcome: "done", failedSteps: [], podCounts }) as const;
  const times = { seconds: 1, cpu: 1, now: NOW };
  const runs = addRun(
    addRun(undefined, run(ended("Error"), ended("Error")), times),
    run(ended("Error"), ended("x")),
    times,
  );
  expect(samples({ ...BASE, runs }).filter((line) => line.startsWith("kubelet_terminated"))).toEqual([
    'kubelet_terminated_containers_total{container_type="container",reason="Error"} 3',
    'kubelet_terminated_containers_total{container_type="container",reason="x"} 1',
  ]);
});

test("the durations of starts add up to the kubelet's histogram", () => {
  const start = (seconds: number) => ({ family: "kubelet_pod_start_duration_seconds", labels: {}, seconds }) as const;
  const end = { status: 0, outcome: "done", failedSteps: [], podCounts: [start(0.4), start(2.5)] } as const;
  const runs = addRun(addRun(undefined, end, { seconds: 1, cpu: 1, now: NOW }), end, { seconds: 1, cpu: 1, now: NOW });
  const lines = samples({ ...BASE, runs }).filter((line) => line.startsWith("kubelet_pod_start"));
  expect(lines.filter((line) => /"(0.5|2|3|\+Inf)"|_sum|_count/.test(line))).toEqual([
    'kubelet_pod_start_duration_seconds_bucket{le="0.5"} 2',
    'kubelet_pod_start_duration_seconds_bucket{le="2"} 2',
    'kubelet_pod_start_duration_seconds_bucket{le="3"} 4',
    'kubelet_pod_start_duration_seconds_bucket{le="+Inf"} 4',
    "kubelet_pod_start_duration_seconds_sum 5.8",
    "kubelet_pod_start_duration_seconds_count 4",
  ]);
});
