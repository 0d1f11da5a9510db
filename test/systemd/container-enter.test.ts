import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs)' /proc/self/status
cat /proc/self/oom_score_adj /proc/self/cgroup /proc/self/limits
readlink /proc/self/ns/*
ls /run /tmp
ls /proc/self/fd | grep -cv 251
`;

const RIGHTS = {
  plain: "",
  limited: `CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP CAP_CHOWN CAP_NET_RAW
NoNewPrivileges=yes
UMask=0027
OOMScoreAdjust=321
LimitNPROC=777
LimitNOFILE=512:1000
PrivateNetwork=yes
PrivateIPC=yes
ProtectHostname=yes
MemoryMax=100M`,
};
/** With a host name of its own: the user comes later in the line. */
const NAMED = '"/usr/bin/unshare" "--uts" "--" "/bin/sh" "-c" "hostname \\"$0\\" && exec \\"$@\\"" "web" ';
const OPTIONS = ["--reuid=1234", "--regid=1235", "--groups=7,1236"];
const USER = `${["/usr/bin/setpriv", ...OPTIONS, "--"].map((word) => `"${word}"`).join(" ")} `;

beforeAll(async () => {
  units = await ContainerUnits.boot("enter");
  machine = units.machine;
  await machine.write("/opt/report", REPORT, 0o755);
  await machine.exec(["mkdir", "/opt/a directory"]);
});

afterAll(() => machine[Symbol.asyncDispose]());

/** As translate/ starts a container. */
async function start(pod: string, script: string, lines = "", prefix = ""): Promise<void> {
  const environment =
    "cd '/opt/a directory' && unset PWD OLDPWD\nexport PATH='/usr/bin:/bin'\nexport HOME='/'\nexport TEXT='a  b\n$c'\n[ $# -gt 0 ] || set -- sh -c 'exit 7'\n";
  await machine.write(`${volatile(pod)}/main.env`, environment);
  const options = prefix.includes("setpriv") ? OPTIONS : [];
  await machine.write(`${volatile(pod)}/main.enter`, `${["setpriv", ...options].join(" ")}\n`, 0o400);
  const launch = `:${prefix}"/bin/sh" "-c" "unset PWD OLDPWD; . /run/unitlet/env; exec \\"$@\\"" "sh" "sh" "-c" "${script}"`;
  const bind = `BindReadOnlyPaths=${volatile(pod)}/main.env:/run/unitlet/env`;
  await units.start(pod, { exec: launch, lines: `${bind}\nUnsetEnvironment=SYSTEMD_EXEC_PID\n${lines}` });
  await machine.until(() => machine.read(`/dev/shm/${pod}`), { what: `the report of ${pod}` });
}

function enter(pod: string, ...argv: string[]): Promise<RunResult> {
  const command = ["env", "-u", "TERM", "/usr/local/lib/unitlet/container-enter", unit(pod), "--", ...argv];
  return machine.exec(command, { allowFailure: true });
}

describe("what enters sees what the container sees, and may do what it may", () => {
  const cases = [
    ["named", "", NAMED + USER] as const,
    ...Object.entries(RIGHTS).flatMap(([name, lines]) => [
      [`${name}-root`, lines, ""] as const,
      [`${name}-user`, lines, USER] as const,
    ]),
  ];

  test.for(cases)("%s", async ([pod, lines, prefix]) => {
    const report = `/opt/report >/dev/shm/${pod}.new </dev/null; mv /dev/shm/${pod}.new /dev/shm/${pod}; exec sleep 1000`;
    await start(pod, report, lines, prefix);
    const { stdout, stderr } = await enter(pod, "/opt/report");
    expect([stdout, stderr]).toEqual([await machine.read(`/dev/shm/${pod}`), ""]);
  });
});

test("it has the rights that the container was started with, whatever the program made of its own", async () => {
  const own = "cd /; umask 000; ulimit -n 99; echo 900 >/proc/self/oom_score_adj; echo >/dev/shm/changed";
  await start("changed", `${own}; exec setpriv --reuid=99 --clear-groups --bounding-set=-all sleep 1000`, "UMask=0027");
  const { stdout } = await enter("changed", "sh", "-c", "id -u; umask; ulimit -n; cat /proc/self/oom_score_adj");
  expect(stdout).toBe("0\n0027\n1024\n0\n");
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
