import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { putFiles } from "../support/put-files.ts";
import { releaseFile } from "../support/release-file.ts";

// rpm runs the scripts of the package on a host of Debian, which has none of the packages that it depends on.
const FILE = releaseFile(".rpm");
const RPM = `/root/rpm/${basename(FILE)}`;
const POD = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  containers: [{name: main, image: host, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /run/v}]}]
  volumes: [{name: v, emptyDir: {}}]
`;

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("release-rpm", { net: "private" });
  await putFiles(machine, "/root/rpm", (directory) => copyFileSync(FILE, join(directory, basename(FILE))));
  await machine.exec("mkdir -p /var/lib/rpm && rpm --initdb");
});

afterAll(() => machine[Symbol.asyncDispose]());

const rpm = (...words: readonly string[]) =>
  machine.exec(["rpm", "--nodeps", "--force-debian", ...words], { timeout: 300_000 });

async function mainPid(): Promise<string> {
  const { stdout } = await machine.exec("systemctl show -P MainPID unitlet.default.web.main.service");
  return /^[1-9]/.test(stdout) ? stdout : "";
}

const query = (...words: readonly string[]) => execFileSync("rpm", ["-qp", ...words, FILE], { encoding: "utf8" });

test("the .rpm depends on what Fedora, RHEL and openSUSE have in common", () => {
  const needed = query("--requires")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("rpmlib("));
  expect([...new Set(needed)].sort()).toEqual(
    ["/usr/bin/perl", "(dbus-broker or dbus-daemon or dbus-1)", "hostname", "systemd >= 250", "util-linux"].sort(),
  );
});

test("the .rpm installs a node that runs", async () => {
  await rpm("--install", RPM);
  expect((await machine.exec("systemctl is-active unitlet-sync.timer unitlet-sync.path")).stdout).toBe(
    "active\nactive\n",
  );
  await machine.write("/etc/unitlet/manifests/web.yaml", POD);
  await machine.until(mainPid, { what: "the container" });
});

test("rpm runs the scripts of an upgrade, and no pod restarts", async () => {
  const pid = await mainPid();
  await machine.write("/etc/unitlet/unitlet.conf.d/mine.conf", "maxPods = 7\n");
  await rpm("--reinstall", RPM);
  expect(await mainPid()).toBe(pid);
  expect(await machine.read("/etc/unitlet/unitlet.conf.d/mine.conf")).toBe("maxPods = 7\n");
  expect((await machine.exec("rpm -q unitlet | wc -l; systemctl is-active unitlet-sync.timer")).stdout).toBe(
    "1\nactive\n",
  );
});

test("rpm --erase ends the containers and keeps configuration and volumes", async () => {
  await machine.exec("cd /var/lib/unitlet/pods/*/volumes/v && touch kept");
  await rpm("--erase", "unitlet");
  const list =
    "systemctl list-units --all --plain --no-legend 'unitlet*'; find /usr /run /etc/systemd -name '*unitlet*' || true";
  const left = async () => (await machine.exec(list)).stdout;
  await machine.until(async () => [(await left()) === "", await left()], { what: "nothing to be left" });
  const kept = "ls /etc/unitlet/unitlet.conf.d; ls /var/lib/unitlet/pods/*/volumes/v";
  expect((await machine.exec(kept)).stdout).toBe("mine.conf\nkept\n");
});
