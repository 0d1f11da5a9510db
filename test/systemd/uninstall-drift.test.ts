import { afterAll, beforeAll, expect, test } from "vitest";
import { installHello } from "../e2e/support/hello-service.ts";
import { Machine } from "../support/machine.ts";
import { putClone } from "../support/put-files.ts";

const ADOPTED = "adopted.service";
const UNITS = ["web", "crash"].map((name) => `unitlet.default.${name}.main.service`);

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("uninstall-drift", { net: "private" });
  await putClone(machine, "/root/clone");
  await machine.exec("mkdir -p /etc/unitlet/manifests");
  for (const [name, program] of [
    ["web", "exec sleep 1000"],
    ["crash", "exit 1"],
  ])
    await machine.write(`/etc/unitlet/manifests/${name}.yaml`, manifest(name ?? "", program ?? ""));
  await installHello({ machine }, "adopted", 7104);
  await machine.write("/etc/unitlet/manifests/adopted.yaml", ADOPTING);
  await machine.write("/etc/unitlet/manifests/cron.yaml", CRON);
});

afterAll(() => machine[Symbol.asyncDispose]());

function manifest(name: string, program: string): string {
  const containers = [{ name: "main", image: "host", command: ["sh", "-c", program] }];
  return JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { hostNetwork: true, containers } });
}

const ADOPTING = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "adopting" },
  spec: {
    hostNetwork: true,
    containers: [{ name: "main", image: `unit://${ADOPTED}`, resources: { limits: { memory: "123Mi" } } }],
  },
});

const CRON = JSON.stringify({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "yearly" },
  spec: {
    schedule: "0 0 1 1 *",
    jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main" }] } } } },
  },
});

/** The state of the adopted unit and of the timer: PID, drop-ins, limit of memory in the kernel, files of the timer. */
async function lent(): Promise<Record<"pid" | "dropIns" | "memory" | "timer", string>> {
  const show = (property: string) => `systemctl show -P ${property} ${ADOPTED}`;
  const group = `group=$(${show("ControlGroup")})`;
  const memory = `cat /sys/fs/cgroup$group/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory$group/memory.limit_in_bytes`;
  const timer = "ls /etc/systemd/system /run/systemd/system /var/lib/systemd/timers | grep yearly | tr '\\n' ' '; echo";
  const { stdout } = await machine.exec([group, show("MainPID"), show("DropInPaths"), memory, timer].join("\n"));
  const [pid = "", dropIns = "", bytes = "", files = ""] = stdout.split("\n");
  return { pid, dropIns, memory: bytes, timer: files };
}

/** Waits until the pod has adopted the unit and the CronJob has its timer. */
async function waitUntilLent(): Promise<string> {
  const poll = async () => {
    const { pid, dropIns, memory, timer } = await lent();
    return [
      dropIns.endsWith("/50-unitlet.conf") && memory === String(123 << 20) && timer !== "" && pid,
      dropIns,
      memory,
    ];
  };
  const [pid] = await machine.until(poll, { what: "the adopted unit and the timer" });
  return String(pid);
}

/** The unit is as the host has it, with the same process, and the timer is gone. */
async function expectGivenBack(pid: string): Promise<void> {
  const { memory, ...rest } = await lent();
  expect(rest).toEqual({ pid, dropIns: "", timer: "" });
  // "max" with cgroup v2, a number that no host reaches with v1.
  expect(memory).toMatch(/^(max|\d{19})$/);
}

function script(options: string) {
  return machine.exec(`cd /root/clone && ./install.sh ${options}`, { timeout: 120_000 });
}

async function waitForPods(): Promise<void> {
  const poll = async () => {
    const { stdout } = await machine.exec("unitlet status");
    return [/web .*running/.test(stdout) && /crash .*(back-off|CrashLoopBackOff)/.test(stdout), stdout];
  };
  await machine.until(poll, { what: "both pods" });
}

async function untilNoUnit(): Promise<void> {
  const list = "systemctl list-units --all --plain --no-legend 'unitlet*'";
  const units = async () => (await machine.exec(list)).stdout;
  await machine.until(async () => [(await units()) === "", await units()], { what: "no unit of unitlet" });
}

const LOSE = `systemctl stop unitlet-sync.timer unitlet-sync.path
cd /etc/systemd/system && rm ${UNITS.join(" ")}
systemctl daemon-reload`;

test.each([
  ["are missing", LOSE],
  [
    "were missing at a reload",
    `mkdir /root/kept; cp -a /etc/systemd/system/unitlet* /root/kept\n${LOSE}\ncp -an /root/kept/* .`,
  ],
])(
  "units whose files %s go with an uninstallation, and the next installation starts their pods",
  async (_, script_) => {
    await script("--from dist --set hostFiles=all --set hostAccounts=any");
    await waitForPods();
    const pid = await waitUntilLent();
    // The second command makes systemd load the units once more.
    await machine.exec(`set -e\n${script_}\nsystemctl show ${UNITS.join(" ")} >/dev/null`);
    await machine.exec("mkdir -p /root/manifests; cp -a /etc/unitlet/manifests/. /root/manifests; rm -rf /root/kept");
    await script("--uninstall --yes");
    await untilNoUnit();
    await expectGivenBack(pid);
    await machine.exec("mkdir -p /etc/unitlet; cp -a /root/manifests /etc/unitlet/manifests");
  },
);

test("units that cannot be loaded any more are loaded by the first run of another installation", async () => {
  await script("--from dist --set hostFiles=all --set hostAccounts=any");
  await waitForPods();
  await machine.exec(`set -e\n${LOSE}\nsystemctl show ${UNITS.join(" ")} >/dev/null`);
  const pid = await waitUntilLent();
  await script("--uninstall --yes --keep-pods");
  await expectGivenBack(pid);
  await script("--from dist --set hostFiles=all --set hostAccounts=any");
  await waitForPods();
  const poll = async () => {
    const { stdout } = await machine.exec(`systemctl show -P LoadState ${UNITS.join(" ")}`);
    return [stdout === "loaded\n\nloaded\n", stdout];
  };
  await machine.until(poll, { what: "loaded units" });
});

test("units below /run go with an uninstallation, and so do their copies and the limits of journals", async () => {
  await script("--from dist --set unitDirectory=/run/systemd/system");
  await waitForPods();
  const places = "/etc/systemd /run/systemd /var/lib";
  const find = `find ${places} -name 'unitlet*' -o -name 'journald@*' -o -name multi-user.target.wants -a -empty`;
  const poll = async () => {
    const { stdout } = await machine.exec(`${find} | grep -E '^/run/systemd/(system/unitlet[.]|journald@)'`);
    return [
      UNITS.every((unit) => stdout.includes(`/run/systemd/system/${unit}\n`)) && /journald@/.test(stdout),
      stdout,
    ];
  };
  await machine.until(poll, { what: "units below /run" });
  await script("--uninstall --yes");
  const left = async () => (await machine.exec(`${find} || true`)).stdout;
  await machine.until(async () => [(await left()) === "", await left()], { what: "no file" });
  await untilNoUnit();
});
