import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { execLine } from "../../src/unitfile/quote.ts";
import type { Machine } from "../support/machine.ts";
import type { RunResult } from "../support/run.ts";
import { ContainerUnits, unit, volatile } from "./container-units.ts";

let units: ContainerUnits;
let machine: Machine;

/** All that a process can see of itself, and that could differ between two of one container. */
const REPORT = `#!/bin/sh
pwd
umask
env | sort
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:)' /proc/self/status
cat /proc/self/oom_score_adj /proc/self/cgroup /proc/self/limits
readlink /proc/self/ns/*
ls /run /tmp
ls /proc/self/fd | grep -cv 251
`;

const LIMITS = `OOMScoreAdjust=321
LimitNPROC=777
LimitNOFILE=512:1000
PrivateNetwork=yes
SystemCallFilter=~@clock
SystemCallErrorNumber=EPERM
MemoryMax=100M`;
const RIGHTS: Readonly<Record<string, readonly [lines: string, options: readonly string[]]>> = {
  plain: ["", []],
  fenced: ["", ["--landlock", "--no-new-privs"]],
  limited: [LIMITS, ["--landlock", "--forbid-namespaces", "--no-new-privs", "--bounding-set", "chown,net_raw"]],
};
const ROOT = ["--reuid", "0", "--regid", "0"];
const USER = ["--reuid", "1234", "--regid", "1235", "--groups", "7,1236"];

beforeAll(async () => {
  units = await ContainerUnits.boot("enter");
  machine = units.machine;
  await machine.write("/opt/report", REPORT, 0o755);
  await machine.exec(["mkdir", "/opt/a directory"]);
});

afterAll(() => machine[Symbol.asyncDispose]());

/** As translate/ starts a container. */
async function start(
  pod: string,
  script: string,
  lines = "",
  [rights, namespaces]: readonly [readonly string[], readonly string[]] = [ROOT, []],
): Promise<void> {
  const environment =
    "cd '/opt/a directory' && unset PWD OLDPWD\nexport PATH='/usr/bin:/bin'\nexport HOME='/'\nexport TEXT='a  b\n$c'\n[ $# -gt 0 ] || set -- sh -c 'exit 7'\n";
  await machine.write(`${volatile(pod)}/main.env`, environment);
  const entered = rights.filter((word) => word !== "--forbid-namespaces");
  await machine.write(`${volatile(pod)}/main.enter`, entered.map((word) => `${word}\n`).join(""), 0o400);
  const run = [
    ...["/usr/local/lib/unitlet/container-run", "--record", volatile(pod), "main", ...namespaces],
    ...["--tmpfs", "mode=0755", "/run", "--bind", "rw", "/dev/shm", "/dev/shm"],
    ...["--bind", "ro,private", `${volatile(pod)}/main.env`, "/run/unitlet/env", ...rights, "--"],
  ];
  const shell = ["/bin/sh", "-c", 'unset PWD OLDPWD; . /run/unitlet/env; exec "$@"', "sh", "sh", "-c", script];
  await units.start(pod, { exec: execLine([...run, ...shell]), lines });
  await machine.until(() => machine.read(`/dev/shm/${pod}`), { what: `the report of ${pod}` });
}

function enter(pod: string, ...argv: string[]): Promise<RunResult> {
  const command = ["env", "-u", "TERM", "/usr/local/lib/unitlet/container-enter", unit(pod), "--", ...argv];
  return machine.exec(command, { allowFailure: true });
}

/** What is said of a container with the filter of a seccomp profile, when the kernel does not show it. */
const REFUSAL =
  "unitlet: no command runs in a container with a seccomp profile: the kernel does not show its filter (CONFIG_CHECKPOINT_RESTORE)\n";
const showsFilters = async () =>
  (await machine.exec("test -e /proc/sys/kernel/ns_last_pid", { allowFailure: true })).code === 0;

describe("what enters sees what the container sees, and may do what it may", () => {
  const cases = [
    ["named", "", [USER, ["--hostname", "web", "--unshare-ipc"]]] as const,
    ...Object.entries(RIGHTS).flatMap(([name, [lines, options]]) => [
      [`${name}-root`, lines, [[...options, ...ROOT], []]] as const,
      [`${name}-user`, lines, [[...options, ...USER], []]] as const,
    ]),
  ];

  test.for(cases)("%s", async ([pod, lines, rights]) => {
    const report = `/opt/report >/dev/shm/${pod}.new </dev/null; mv /dev/shm/${pod}.new /dev/shm/${pod}; exec sleep 1000`;
    await start(pod, report, lines, rights);
    const { stdout, stderr } = await enter(pod, "/opt/report");
    const isReadable = lines === "" || (await showsFilters());
    expect([stdout, stderr]).toEqual(isReadable ? [await machine.read(`/dev/shm/${pod}`), ""] : ["", REFUSAL]);
  });
});

test("it has the rights that the container was started with, whatever the program made of its own", async () => {
  const own = "cd /; umask 000; ulimit -n 99; echo 900 >/proc/self/oom_score_adj; echo >/dev/shm/changed";
  await start("changed", `${own}; exec setpriv --reuid=99 --clear-groups --bounding-set=-all sleep 1000`, "");
  const { stdout } = await enter("changed", "sh", "-c", "id -u; umask; ulimit -n; cat /proc/self/oom_score_adj");
  expect(stdout).toBe("0\n0022\n1024\n0\n");
});

describe("with a running container", () => {
  beforeAll(() => start("running", "echo >/dev/shm/running; exec sleep 1000"));

  test.for<[string[], number, string]>([
    [["sh", "-c", "exit 7"], 7, ""],
    [["sh", "-c", "kill -TERM $$"], 143, expect.any(String)],
    [["printf", "%s|", "a b", "$HOME", "", "\\n", "'", "--"], 0, ""],
    [["none"], 127, 'exec: "none": executable file not found in $PATH\n'],
    [["/opt/none"], 127, 'exec: "/opt/none": stat /opt/none: no such file or directory\n'],
    [["/etc/passwd"], 126, 'exec: "/etc/passwd": permission denied\n'],
    [["/etc"], 126, 'exec: "/etc": permission denied\n'],
    [[], 7, ""],
  ])("%j", async ([argv, status, said]) => {
    const { code, stderr, stdout } = await enter("running", ...argv);
    expect([code, stderr]).toEqual([status, said]);
    if (argv[0] === "printf") expect(stdout).toBe("a b|$HOME||\\n|'|--|");
  });

  test("it ends with the unit", async () => {
    await start("ended", "echo >/dev/shm/ended; exec sleep 1000");
    const entered = enter("ended", "sleep", "1235");
    await machine.until(() => machine.exec("pgrep -xf 'sleep 1235'"), { what: "what entered" });
    await machine.exec(["systemctl", "stop", unit("ended")]);
    expect((await entered).code).toBe(137);
  });

  test.each([
    ["with pipes", "setsid"],
    ["on a terminal", "setsid script --quiet /dev/null --command"],
  ])("%s: its helpers do not count for the container", async (_, start) => {
    const helper = `/usr/local/lib/unitlet/container-enter ${unit("running")} sleep 1236`;
    const command = start.endsWith("--command") ? `"${helper}"` : helper;
    await machine.exec(`${start} ${command} >/dev/null 2>&1 & until pgrep -xf 'sleep 1236'; do sleep 0.1; done`);
    const files = `find /sys/fs/cgroup -path "*/${unit("running")}/cgroup.procs"`;
    const inside = async () => (await machine.exec(`ps -o args= -p $(cat $(${files}) | sort -u | paste -sd,)`)).stdout;
    const both = async () => [(await inside()).split("\n").sort().join() === ",sleep 1000,sleep 1236", await inside()];
    await machine.until(both, { what: "two processes alone" });
    await machine.exec("pkill -xf 'sleep 1236'; while pgrep -xf 'sleep 1236'; do sleep 0.1; done");
  });

  test("tied, it ends with the process that started it", async () => {
    const enterTied = `/usr/local/lib/unitlet/container-enter --tied ${unit("running")} sleep 1234`;
    await machine.exec(
      `setsid -f sh -c '${enterTied}; :' >/dev/null 2>&1 & until pgrep -xf 'sleep 1234'; do sleep 0.1; done`,
    );
    await machine.exec("kill -KILL $(ps -o ppid= -p $(pgrep -xf 'sleep 1234'))");
    await machine.exec("while pgrep -xf 'sleep 1234'; do sleep 0.1; done");
  });
});

describe("a container that is not running", () => {
  test.each(["none", "stopped"])("%s", async (pod) => {
    if (pod === "stopped") {
      await start(pod, "echo >/dev/shm/stopped");
      await machine.until(() => machine.exec(`! systemctl is-active ${unit(pod)}`), { what: "its end" });
    }
    expect(await enter(pod, "true")).toEqual({
      code: 125,
      stdout: "",
      stderr: `unitlet: container not running: ${unit(pod)} has no main process\n`,
    });
  });
});
