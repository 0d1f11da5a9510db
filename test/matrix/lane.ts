import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../support/run.ts";
import { type Lane, newestKubernetes } from "./lanes.ts";
import type { FileResult, LaneResult, Versions } from "./results.ts";

const HOUR_MS = 3_600_000;

export interface Plan {
  /** Paths of test files, from the top of the clone. */
  readonly files: readonly string[];
  /** The longest time of a lane. Its files that have ended until then have results. */
  readonly hours: number;
  /** The day, as 2026-11-29. */
  readonly date: string;
  readonly commit: string;
  /** The directory for a log of each lane. */
  readonly logs: string;
}

/** Runs the files on the lane's machines. Throws when no machine of that kind starts, or when no file has a result. */
export async function runLane(lane: Lane, plan: Plan): Promise<LaneResult> {
  const versions = await versionsOf(lane);
  const report = join(tmpdir(), `unitlet-matrix-${process.pid}`);
  writeFileSync(report, "");
  try {
    await runTests(lane, plan, report);
    const { date, commit } = plan;
    const results = readReport(report).map(([file, result]) => [file, { ...result, date, commit }] as const);
    if (results.length === 0) throw new Error(`no file of tests has ended: see ${logOf(lane, plan)}`);
    return { versions, files: Object.fromEntries(results) };
  } finally {
    rmSync(report);
  }
}

export function logOf({ name }: Lane, { logs }: Plan): string {
  return join(logs, `${name.replace("/", "-")}.log`);
}

function readReport(path: string): [string, FileResult][] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

/** The versions of the images and of the kernel, and of this host for the kind nspawn. */
async function versionsOf(lane: Lane): Promise<Versions> {
  // The next test run removes what a killed one has left in a directory of this name.
  const state = `UNITLET_TEST_STATE=/run/unitlet-test-${process.pid}`;
  const manage = (...words: readonly string[]) =>
    run(["env", state, "sh", "test/machine/machine.sh", ...words], { timeout: HOUR_MS });
  await manage("up", "matrix", "--kind", lane.kind);
  try {
    const script = readFileSync(new URL("versions.sh", import.meta.url), "utf8");
    const [{ stdout }, kubernetes] = await Promise.all([
      manage("exec", "matrix", "sh", "-c", script),
      run(["env", ...choiceOf(lane), "sh", "test/control-plane/control-plane.sh", "version"]),
    ]);
    const value = (key: string) => new RegExp(`^${key}=(.+)$`, "m").exec(stdout)?.[1]?.trim() ?? "?";
    return {
      distribution: value("distribution"),
      systemd: value("systemd"),
      cgroups: value("cgroups"),
      bus: value("bus"),
      kernel: value("kernel"),
      tools: value("tools"),
      kubernetes: kubernetes.stdout.trim().replace(/^v/, ""),
    };
  } finally {
    await manage("down", "matrix");
  }
}

/** The newest API server is that of `npm test`. */
function choiceOf({ kubernetes }: Lane): string[] {
  return kubernetes === newestKubernetes() ? [] : [`UNITLET_TEST_KUBERNETES=${kubernetes}`];
}

/** Runs `npm test` with all its output in the log. Its exit code says nothing that the report does not. */
function runTests(lane: Lane, plan: Plan, report: string): Promise<void> {
  mkdirSync(plan.logs, { recursive: true });
  const log = openSync(logOf(lane, plan), "w");
  const variables = [...choiceOf(lane), `UNITLET_TEST_REPORT=${report}`];
  const child = spawn("env", [...variables, "sh", "test/run.sh", "--machine", lane.kind, ...plan.files], {
    stdio: ["ignore", log, log],
  });
  // run.sh then ends the tests, and removes the machines and the control plane.
  const timer = setTimeout(() => child.kill("SIGTERM"), plan.hours * HOUR_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      closeSync(log);
      resolve();
    });
  });
}
