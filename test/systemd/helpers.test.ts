import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../support/machine.ts";
import { type Container, ContainerUnits, crashLine, data, HASH, unit, volatile } from "./container-units.ts";

let units: ContainerUnits;
let machine: Machine;

beforeAll(async () => {
  units = await ContainerUnits.boot("helpers");
  machine = units.machine;
});

afterAll(() => machine[Symbol.asyncDispose]());

describe("what is recorded of an exit", () => {
  type Expected = readonly [result: string, code: string, status: string, oom: string, executed: string, mark: string];
  // v2 says oom-kill, v1 cannot.
  const killed: string = expect.stringMatching(/^(signal|oom-kill)$/);
  const cases: Record<string, [Container, Expected]> = {
    success: [{ exec: "/bin/true", policy: "OnFailure" }, ["success", "exited", "0", "0", "1", "finished"]],
    failure: [{ exec: "/bin/false", policy: "Always" }, ["exit-code", "exited", "1", "0", "1", ""]],
    "failure-never": [{ exec: "/bin/false" }, ["exit-code", "exited", "1", "0", "1", "finished"]],
    "exit-137": [{ exec: "/bin/sh -c 'exit 137'" }, ["exit-code", "exited", "137", "0", "1", "finished"]],
    "own-term": [{ exec: "/bin/sh -c 'kill -TERM $$$$'" }, ["success", "killed", "TERM", "0", "1", "finished"]],
    "own-kill": [{ exec: "/bin/sh -c 'kill -KILL $$$$'" }, ["signal", "killed", "KILL", "0", "1", "finished"]],
    "no-program": [launch("/no/such/program"), ["exit-code", "exited", "127", "0", "0", "finished"]],
    "no-program-in-path": [launch("no-such-program"), ["exit-code", "exited", "127", "0", "0", "finished"]],
    "no-interpreter": [launch("/opt/no-interpreter"), ["exit-code", "exited", "127", "0", "0", "finished"]],
    "not-executable": [launch("/etc/passwd"), ["exit-code", "exited", "126", "0", "0", "finished"]],
    "own-203": [{ exec: "/bin/sh -c 'exit 203'" }, ["exit-code", "exited", "203", "0", "1", "finished"]],
    "own-127": [
      { exec: "/bin/sh -c 'exit 127'", program: "/bin/sh" },
      ["exit-code", "exited", "127", "0", "1", "finished"],
    ],
    "out-of-memory": [
      { exec: "/usr/bin/perl -e 'my $$n = 100_000_000; my $$x = q(a) x $$n'", lines: "MemoryMax=30M" },
      [killed, "killed", "KILL", "1", "1", "finished"],
    ],
    "init-success": [{ exec: "/bin/true", kind: "init" }, ["success", "exited", "0", "0", "1", "initialized"]],
    "init-failure": [{ exec: "/bin/false", kind: "init" }, ["exit-code", "exited", "1", "0", "1", ""]],
    "init-no-program": [{ ...launch("/no/such"), kind: "init" }, ["exit-code", "exited", "127", "0", "0", ""]],
  };

  beforeAll(async () => {
    await machine.write("/opt/no-interpreter", "#!/no/such/interpreter\n", 0o755);
    for (const [pod, [container]] of Object.entries(cases)) await units.install(pod, container);
    await machine.exec(["systemctl", "start", "--no-block", ...Object.keys(cases).map(unit)]);
  });

  test.for(Object.entries(cases))("%s", async ([pod, [, expected]]) => {
    const [exit] = await machine.until(() => units.exits(pod), { what: `an exit of ${pod}` });
    // The last thing that is done at an exit; one that failed may have started again since then.
    const isOver = async () =>
      (await units.exits(pod)).length > 1 || !(await machine.exec(`ls ${volatile(pod)}`)).stdout.includes("started");
    await machine.until(isOver, { what: `the end of ${pod}` });
    const marks = await machine.exec(`cd ${volatile(pod)} && ls *.initialized; cd ${data(pod)} && ls *.finished`, {
      allowFailure: true,
    });
    expect([
      exit?.result,
      exit?.code,
      exit?.status,
      exit?.oom,
      exit?.executed,
      marks.stdout.replace(/^main\.|\n/g, ""),
    ]).toEqual(expected);
    expect(exit?.hash).toBe(HASH);
  });
});

test("a running container: .started holds its invocation; a stop is recorded, requests a sync, and leaves private files only", async () => {
  await units.start("running", { exec: "/bin/sleep 1000", policy: "Always" });
  const invocation = (await machine.exec(["systemctl", "show", "-P", "InvocationID", unit("running")])).stdout;
  expect(await machine.read(`${volatile("running")}/main.started`)).toBe(invocation);
  await machine.exec(["rm", "-f", "/run/unitlet/sync-requested"]);
  await machine.exec(["systemctl", "stop", unit("running")]);
  const { stdout } = await machine.exec(
    `ls /run/unitlet/sync-requested; find ${volatile("running")} ${data("running")} -printf '%m %P\n'`,
  );
  expect(stdout).toBe("/run/unitlet/sync-requested\n700 \n600 main.booted\n700 \n600 main.exits\n");
  expect(await units.exits("running")).toMatchObject([
    { invocation: invocation.trim(), result: "success", code: "killed", status: "TERM" },
  ]);
});

/** Ten times the kubelet's pauses, so that the test sees them on a stalled host too. */
const PAUSES = { pauses: "100 3000 600" };

test("restarts: at once, then after a pause; a stop ends that, and is no exit", async () => {
  // A pause before the first restart, or one that a stop does not end, would be longer than anything here waits.
  await units.start("crashing", { exec: "/bin/false", policy: "Always", pauses: "3600 7200 600" });
  const due = await machine.until(() => machine.read(`${volatile("crashing")}/main.backoff`), { what: "a back-off" });
  const [first, second, ...more] = await units.exits("crashing");
  if (!first || !second) throw new Error("it waits before it crashed twice");
  expect(more).toEqual([]);
  expect(Number(due)).toBe(Math.ceil(second.finished + 3600));
  expect((await machine.exec(["systemctl", "show", "-P", "SubState", unit("crashing")])).stdout).toBe("start-pre\n");

  await machine.exec(["systemctl", "stop", unit("crashing")]);
  expect(await units.exits("crashing")).toHaveLength(2);
  expect((await machine.exec(["ls", volatile("crashing")])).stdout).toBe("main.booted\n");
});

test("the pause ends by itself", async () => {
  const now = Date.now() / 1000;
  await units.writeExits("patient", [crashLine(now - 30, now - 29), crashLine(now - 9, now - 8)]);
  await units.start("patient", { exec: "/bin/sleep 1000" });
  const { stdout } = await machine.exec(["stat", "-c", "%.3Y", `${volatile("patient")}/main.started`]);
  expect(Number(stdout)).toBeGreaterThan(now - 8 + 9.9);
  expect((await machine.exec(["ls", volatile("patient")])).stdout).toBe("main.booted\nmain.started\n");
});

describe("how long the pause is", () => {
  // Seconds before now: start, end.
  type Crash = readonly [started: number, finished: number, hash?: string];
  const crash: Crash = [1, 0];
  const other: Crash = [1, 0, "ffff"];
  const cases: Record<string, [log: (Crash | string)[], pause: number]> = {
    "first-exit": [[crash], 0],
    "second-exit": [[crash, crash], 100],
    "third-exit": [[crash, crash, crash], 200],
    "sixth-exit": [Array<Crash>(6).fill(crash), 1600],
    "many-exits": [Array<Crash>(40).fill(crash), 3000],
    "ten-minutes-up": [[crash, crash, crash, [600, 0]], 0],
    "ten-minutes-up-before": [[crash, crash, [700, 100], crash], 100],
    "other-spec": [[crash, crash, other], 0],
    "same-spec-again": [[crash, crash, other, crash, crash], 100],
    "long-ago": [Array<Crash>(6).fill([9000, 8000]), 0],
    "half-a-line": [[crash, crash, `${crashLine(1, 2).slice(0, 50)}\0\0`, crash], 200],
    "clock-put-back": [
      [
        [-5000, -5001],
        [-5000, -5001],
      ],
      100,
    ],
  };

  test.for(Object.entries(cases))("%s", async ([pod, [log, pause]]) => {
    const now = Math.floor(Date.now() / 1000);
    const line = (each: Crash | string) =>
      typeof each === "string" ? each : crashLine(now - each[0], now - each[1], each[2]);
    await units.writeExits(pod, log.map(line));
    await units.install(pod, { exec: "/bin/sleep 1000", ...PAUSES });
    await machine.exec(["systemctl", "start", "--no-block", unit(pod)]);
    const file = `${volatile(pod)}/main.${pause === 0 ? "started" : "backoff"}`;
    const content = await machine.until(() => machine.read(file), { what: file });
    // The exit is from the future, so that the pause begins when the helper runs: before it writes the file.
    const { stdout } = await machine.exec(["stat", "-c", "%Y", file]);
    const latest = pod === "clock-put-back" ? Number(stdout) + 1 : now;
    if (pause > 0) expect(Number(content) - pause).toBeGreaterThanOrEqual(now);
    if (pause > 0) expect(Number(content) - pause).toBeLessThanOrEqual(latest);
  });
});

test("a long log is cut: the last 20 exits stay, the rest is counted", async () => {
  const log = Array.from({ length: 61 }, (_, index) => crashLine(index, index + 1));
  await units.writeExits("long", ["# 5", ...log]);
  await units.start("long", { exec: "/bin/sleep 1000" });
  expect(await machine.read(`${data("long")}/main.exits`)).toBe(["# 46", ...log.slice(-20), ""].join("\n"));
});

test("an instance that left no record is written down as lost, once", async () => {
  await units.start("lost", { exec: "/bin/sleep 1000", policy: "Always" });
  const invocation = (await machine.read(`${volatile("lost")}/main.started`)).trim();
  await machine.exec(`rm /etc/systemd/system/${unit("lost")}; systemctl daemon-reload; systemctl stop ${unit("lost")}`);
  await units.start("lost", { exec: "/bin/sleep 1000", policy: "Always" });
  expect(await units.exits("lost")).toMatchObject([
    { invocation, result: "-", code: "lost", status: "-", executed: "1" },
  ]);
  await machine.exec(["systemctl", "stop", unit("lost")]);
  expect((await units.exits("lost")).map((exit) => exit.code)).toEqual(["lost", "killed"]);
});

test("an instance is not written down twice when its helper was killed right after the record", async () => {
  await units.writeExits("recorded", [crashLine(1, 2)]);
  await machine.write(`${volatile("recorded")}/main.started`, `${"e".repeat(32)}\n`);
  await units.start("recorded", { exec: "/bin/sleep 1000" });
  expect(await units.exits("recorded")).toHaveLength(1);
});

test("a shutdown is recorded, a crash of the host is not; both times it starts again", async () => {
  await units.start("survivor", { exec: "/bin/sleep 1000", policy: "Always" });
  await machine.exec(
    `cd /etc/systemd/system && mkdir -p multi-user.target.wants && ln -s ../${unit("survivor")} multi-user.target.wants/`,
  );
  const running = () => machine.read(`${volatile("survivor")}/main.started`);
  await machine.reboot();
  await machine.until(running, { what: "the container after the reboot" });
  expect(await units.exits("survivor")).toMatchObject([{ code: "killed", status: "TERM" }]);
  await machine.crash();
  await machine.until(running, { what: "the container after the crash" });
  expect(await units.exits("survivor")).toHaveLength(1);
});

/** As translate/ starts a program: a shell becomes it. */
function launch(program: string): Container {
  return { exec: `/bin/sh -c 'exec "$$@"' sh ${program}`, program };
}
