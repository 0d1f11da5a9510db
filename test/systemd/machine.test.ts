import { existsSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { run } from "../support/run.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("self-test", { net: "private" });
});

afterAll(() => machine[Symbol.asyncDispose]());

test("systemd is PID 1 and has nothing to complain about", async () => {
  expect((await machine.exec("cat /proc/1/comm")).stdout.trim()).toBe("systemd");
  expect((await machine.exec("systemctl is-system-running")).stdout.trim()).toBe("running");
  expect((await machine.exec("systemctl list-timers --no-legend")).stdout).not.toMatch(/apt|fstrim|logrotate/);
});

test("exec passes on input, both outputs and the exit code, and nothing of the caller's environment", async () => {
  const result = await machine.exec("cat; echo bad >&2; exit 7", { stdin: "in\n", allowFailure: true });
  expect(result).toEqual({ stdout: "in\n", stderr: "bad\n", code: 7 });
  expect((await machine.exec("env")).stdout).not.toMatch(/^(CI|NODE|UNITLET|SSL)/m);
  await expect(machine.exec("echo why >&2; false")).rejects.toThrow(/exit code 1\nwhy/);
});

test("written files come back, with their mode", async () => {
  await machine.write("/etc/some dir/it's", "a\n\u{1F980}", 0o600);
  expect(await machine.read("/etc/some dir/it's")).toBe("a\n\u{1F980}");
  expect((await machine.exec(["stat", "-c", "%a", "/etc/some dir/it's"])).stdout).toBe("600\n");
});

test("limits act: the kernel has them, in the unit's own cgroup", async () => {
  await machine.exec("systemd-run --quiet --unit=limited -p MemoryMax=50M -p TasksMax=33 -p CPUQuota=20% sleep 1000");
  // cgroup v1 has one tree for each controller and names of its own, v2 one for all.
  const limits = await machine.exec(
    "find /sys/fs/cgroup -path '*/limited.service/*' | grep -E '/(memory.max|memory.limit_in_bytes|pids.max|cpu.max|cpu.cfs_quota_us)$' | xargs cat",
  );
  expect(limits.stdout).toMatch(/^52428800$/m);
  expect(limits.stdout).toMatch(/^33$/m);
  expect(limits.stdout).toMatch(/^20000( 100000)?$/m);
});

test("a scope started by exec gets its own cgroup", async () => {
  const { stdout } = await machine.exec("systemd-run --scope --quiet --unit=scoped cat /proc/self/cgroup");
  expect(stdout).toContain("/system.slice/scoped.scope");
});

test("it has a network of its own and reaches this host, without the world", async () => {
  const { stdout } = await machine.exec("ip -o addr show dev eth0; ip route");
  expect(stdout).toContain(machine.address);
  expect(stdout).toMatch(/fd75:6e69:74::/);
  expect(stdout).toContain(`default via ${machine.hostAddress}`);
});

test("reboot and crash keep the files and the machine-id, not what ran", async () => {
  const id = await machine.read("/etc/machine-id");
  for (const end of ["reboot", "crash"] as const) {
    // A crash loses what is not on the disk yet.
    await machine.exec(`echo ${end} >/var/lib/kept; sync; touch /run/volatile; logger before-${end}`);
    await machine[end]();
    expect(await machine.read("/etc/machine-id")).toBe(id);
    expect(await machine.read("/var/lib/kept")).toBe(`${end}\n`);
    expect((await machine.exec("test -e /run/volatile", { allowFailure: true })).code).toBe(1);
  }
  expect((await machine.exec("journalctl --boot=-2 --grep=before-reboot")).stdout).toContain("before-reboot");
});

test("a name that is taken is refused with a way out", async () => {
  const again = run(["test/machine/machine.sh", "up", "self-test"]);
  await expect(again).rejects.toThrow(/exists already.*machine.sh down self-test/);
});

test("down leaves nothing behind", async () => {
  const gone = await Machine.boot("gone", { net: "private" });
  await gone.exec("systemd-run --quiet sleep 1000");
  await gone.down();
  const state = process.env.UNITLET_TEST_STATE ?? "/run/unitlet-test";
  const owner = state.split("/").pop();
  expect(existsSync(`${state}/machines/gone`)).toBe(false);
  expect((await run(["cat", "/proc/mounts"])).stdout).not.toContain("machines/gone");
  expect((await run(["ip", "netns", "list"])).stdout).not.toContain(`${owner}-gone`);
  // Another machine may have its number already.
  const link = await run(["readlink", `/run/unitlet-links/${gone.address.split(".").pop()}`], { allowFailure: true });
  expect(link.stdout).not.toContain(`${state}/machines/gone`);
  const groups = readdirSync("/sys/fs/cgroup").filter((each) => existsSync(`/sys/fs/cgroup/${each}/${owner}/gone`));
  expect(groups).toEqual([]);
});
