// npm run bench [-- --json FILE] [-- --quick] [-- --only PART,…]: measures unitlet on a machine of its own. See README.md.
// npm run bench -- --check: compares a few ratios with those of ratios.json, or writes them with --write. The exit status is 1 when one is too high.
import { writeFile } from "node:fs/promises";
import { arch, cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { Cluster } from "../support/cluster.ts";
import { run } from "../support/run.ts";
import { Admin } from "./admin.ts";
import { measureBurst } from "./burst.ts";
import { measureFloor } from "./floor.ts";
import { measureIdle } from "./idle.ts";
import { measureImages } from "./images.ts";
import { measureComparison } from "./kubelet/compare.ts";
import { measureTimerLatency, measureWatchLatency } from "./latency.ts";
import { measureBare, measureMinute } from "./minute.ts";
import { measureNetwork } from "./network.ts";
import { measurePort } from "./port.ts";
import { measureProbes } from "./probes.ts";
import { say } from "./progress.ts";
import { CHECKED, isTooHigh, measureRatios, ratioTable, writeRatios } from "./ratios.ts";
import { measureBootRatio, measureReboots } from "./reboot/reboot.ts";
import { report } from "./report/report.ts";
import type { Results } from "./results.ts";
import { measureScale, type ScalePlan } from "./scale/scale.ts";
import { measureTraffic } from "./scale/traffic.ts";
import { measureSources } from "./sources.ts";
import { Subject } from "./subject.ts";

const PARTS = [
  "floor",
  "idle",
  "minute",
  "latency",
  "burst",
  "port",
  "sources",
  "probes",
  "images",
  "network",
  "kubelet",
  "reboot",
  "traffic",
  "scale",
] as const;
/** They take long, and only a change of the requests changes them. */
const ONLY_BY_NAME: readonly Part[] = ["traffic", "scale"];
type Part = (typeof PARTS)[number];

interface Plan {
  readonly parts: ReadonlySet<Part>;
  readonly runs: number;
  readonly seconds: number;
  readonly latencies: { readonly watch: number; readonly timer: number };
  readonly crowd: number;
  readonly boots: number;
  readonly scale: ScalePlan;
  readonly images: { readonly pulls: readonly number[]; readonly times: number; readonly starts: number };
}

const OPTIONS = {
  json: { type: "string" },
  quick: { type: "boolean", default: false },
  only: { type: "string" },
  check: { type: "boolean", default: false },
  write: { type: "boolean", default: false },
} as const;

function readPlan(): Plan & { json?: string; check: boolean; write: boolean } {
  const { values } = parseArgs({ options: OPTIONS });
  const parts = (values.only?.split(",") ?? PARTS.filter((part) => !ONLY_BY_NAME.includes(part))) as Part[];
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: expected some of ${PARTS.join(",")}`);
  const amounts = values.quick
    ? {
        runs: 5,
        seconds: 15,
        latencies: { watch: 5, timer: 4 },
        crowd: 100,
        boots: 5,
        scale: { nodes: [50], podsPerNode: 10, seconds: 10 },
        images: { pulls: [5, 20], times: 2, starts: 5 },
      }
    : {
        runs: 21,
        seconds: 60,
        latencies: { watch: 20, timer: 10 },
        crowd: 100,
        boots: 11,
        scale: { nodes: [250, 1000], podsPerNode: 10, seconds: 10 },
        images: { pulls: [10, 100, 500], times: 3, starts: 20 },
      };
  const { check, write } = values;
  return {
    parts: new Set(parts),
    check,
    write,
    ...amounts,
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}

interface Bench {
  readonly cluster: Cluster;
  readonly admin: Admin;
  readonly subject: Subject;
  readonly plan: Plan;
}

/** Measures few pods before many, because pods that are gone leave traces in systemd's memory. */
async function measure({ cluster, admin, subject, plan }: Bench, results: Results): Promise<void> {
  const wants = (part: Part) => plan.parts.has(part);
  if (wants("port")) results.port = await measurePort(cluster, plan.runs);
  if (wants("probes")) results.probes = await measureProbes(cluster, plan.runs, plan.seconds, 110);
  if (wants("images")) results.images = await measureImages(cluster, admin, plan.images);
  if (wants("network")) {
    const { runs, crowd, latencies } = plan;
    results.network = await measureNetwork(cluster, admin, { runs, crowd, times: latencies.watch });
  }
  if (wants("kubelet")) {
    const { seconds, crowd, latencies } = plan;
    results.comparison = await measureComparison(cluster, admin, { seconds, crowd, times: latencies.watch });
  }
  if (wants("reboot")) results.reboots = await measureReboots(plan.boots);
  if (wants("traffic")) results.traffic = await measureTraffic(cluster, admin, plan.seconds);
  if (wants("scale")) {
    results.scale = { loads: [], lists: [] };
    await measureScale({ cluster, admin, plan: plan.scale }, results.scale);
  }
  if (wants("floor")) results.floor = await measureFloor(subject, plan.runs);
  for (const pods of [0, 30, 110, 500]) {
    if (wants("idle")) results.idle.push(await measureIdle(subject, pods, plan.runs));
    if (wants("minute") && pods <= 110) {
      const [minute, bare] = await Promise.all([
        measureMinute(subject, pods, plan.seconds),
        pods === 0 ? measureBare(plan.seconds) : undefined,
      ]);
      results.minutes.push(minute);
      if (bare !== undefined) results.bare = bare;
    }
    if (pods > 0) continue;
    if (wants("latency"))
      results.latency = {
        watch: await measureWatchLatency(subject, plan.latencies.watch),
        timer: await measureTimerLatency(subject, plan.latencies.timer),
      };
    if (wants("sources")) results.sources = await measureSources(subject, plan.runs);
    if (wants("burst"))
      results.burst = {
        watch: await measureBurst(subject, true, plan.crowd),
        timer: await measureBurst(subject, false, plan.crowd),
      };
  }
}

async function where(subject: Subject): Promise<Results["where"]> {
  const git = await run(["git", "describe", "--always", "--dirty"], { allowFailure: true });
  const [node = ""] = await subject.command();
  const inside = await subject.machine.exec(`${node} --version; systemctl --version`);
  const [version = "", systemd = ""] = inside.stdout.split("\n");
  return {
    unitlet: git.stdout.trim() || "?",
    at: new Date().toISOString().slice(0, 16),
    node: version,
    systemd: systemd.replace("systemd ", ""),
    kernel: release(),
    processors: `${cpus().length} × ${cpus()[0]?.model ?? "?"} (${arch()})`,
  };
}

async function main(): Promise<void> {
  const { json, check, write, ...plan } = readPlan();
  const cluster = await Cluster.up();
  const admin = await Admin.connect(cluster);
  await using subject = await Subject.join(cluster, admin);
  if (check) return await printRatios(subject, admin, write);
  const results: Results = { where: await where(subject), idle: [], minutes: [] };
  try {
    await measure({ cluster, admin, subject, plan }, results);
  } finally {
    // What was measured before something failed is worth seeing.
    console.log(report(results));
    if (json !== undefined) await writeFile(json, JSON.stringify(results, undefined, 2));
    admin.close();
  }
  say("done");
}

async function printRatios(subject: Subject, admin: Admin, isWriting: boolean): Promise<void> {
  const ratios = [await measureBootRatio(subject), ...(await measureRatios(subject, CHECKED, 15))];
  console.log(ratioTable(ratios));
  if (isWriting) await writeRatios(ratios);
  else if (ratios.some(isTooHigh)) process.exitCode = 1;
  admin.close();
}

await main();
