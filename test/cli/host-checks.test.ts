import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firewallFindings, readFirewall } from "../../src/cli/checks/firewall.ts";
import { directoryFindings, readOnlyDirectories, writtenDirectories } from "../../src/cli/checks/read-only.ts";
import { readSELinux, seLinuxFindings } from "../../src/cli/checks/selinux.ts";
import { canMount } from "../io/empty-host.ts";
import { run } from "../support/run.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-host-checks-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

/** The output of commands on a host; "" for a program that it does not have. */
const host =
  (outputs: Readonly<Record<string, string>>) =>
  (program: string, ...args: readonly string[]) =>
    outputs[[program, ...args].join(" ")] ?? "";

const PROGRAMS = dirname(process.execPath);
const REMEDY = `semanage fcontext -a -t bin_t '${PROGRAMS}(/.*)?' && restorecon -R ${PROGRAMS}`;

test.each([
  ["0\n", "system_u:object_r:lib_t:s0\n", "ok: permissive: it denies nothing"],
  ["1", "system_u:object_r:bin_t:s0\n", "ok: enforcing; the agent's programs are bin_t. Containers get no label"],
  [
    "1",
    "unconfined_u:object_r:lib_t:s0\n",
    `warning: enforcing, and the agent's programs are lib_t, not bin_t, so systemd may not start helpers: ${REMEDY}`,
  ],
  [
    "1",
    "",
    `warning: enforcing, and the agent's programs are of an unknown type, not bin_t, so systemd may not start helpers: ${REMEDY}`,
  ],
])("SELinux with the mode %j and the label %j", (mode, label, wanted) => {
  const enforce = join(directory, "enforce");
  writeFileSync(enforce, mode);
  const found = readSELinux(host({ [`stat --format=%C ${process.execPath}`]: label }), enforce);
  expect(seLinuxFindings(found).map(({ level, message }) => `${level}: ${message}`)).toEqual([wanted]);
});

test("a host without SELinux has no line about it", () => {
  expect(seLinuxFindings(readSELinux(host({}), "/nonexistent/enforce"))).toEqual([]);
});

const UFW =
  "Status: active\n\nTo                         Action      From\n--                         ------      ----\n";
const NEEDED = "which kubectl logs and exec need";
const OTHERS = "Ports of pods need rules of their own";

test.each([
  [{}, []],
  [{ "firewall-cmd --state": "not running\n", "ufw status": "Status: inactive\n" }, []],
  [
    { "firewall-cmd --state": "running\n", "firewall-cmd --query-port=10250/tcp": "yes\n" },
    ["ok: firewalld admits port 10250"],
  ],
  [
    { "firewall-cmd --state": "running\n", "firewall-cmd --query-port=10250/tcp": "no\n" },
    [
      `warning: firewalld has no rule for port 10250, ${NEEDED}: firewall-cmd --permanent --add-port=10250/tcp && firewall-cmd --reload. ${OTHERS}`,
    ],
  ],
  [{ "ufw status": `${UFW}10250/tcp                  ALLOW       10.0.0.0/8\n` }, ["ok: ufw admits port 10250"]],
  [
    { "ufw status": `${UFW}22/tcp                     ALLOW       Anywhere\n` },
    [`warning: ufw has no rule for port 10250, ${NEEDED}: ufw allow 10250/tcp. ${OTHERS}`],
  ],
])("firewall of a host where commands print %j", (outputs, wanted) => {
  const findings = firewallFindings(readFirewall(host(outputs as Record<string, string>), 10250), 10250);
  expect(findings.map(({ level, message }) => `${level}: ${message}`)).toEqual(wanted);
});

test.skipIf(!canMount)("read-only directories are those on a file system that is mounted so", async () => {
  const program = `import { readOnlyDirectories } from "${process.cwd()}/src/cli/checks/read-only.ts";
    console.log(readOnlyDirectories(["${directory}/read-only", "${directory}/writable", "${directory}/missing"]).join());`;
  const script = `mkdir read-only writable; mount -t tmpfs -o ro none read-only; exec "$0" --input-type=module --eval "$1"`;
  const unshare = ["unshare", "--mount", "--propagation", "private", `--wd=${directory}`] as const;
  const { stdout } = await run([...unshare, "sh", "-ec", script, process.execPath, program]);
  expect(stdout).toBe(`${directory}/read-only\n`);
  expect(readOnlyDirectories([directory])).toEqual([]);
});

test("a read-only directory is an error with its remedy", () => {
  expect(directoryFindings(["/etc/systemd/system"])).toEqual([
    {
      level: "error",
      what: "read-only",
      message:
        "/etc/systemd/system, which has the units of containers, is read-only: mount a writable file system there that keeps its files, such as an overlay, or set unitDirectory = /run/systemd/system",
    },
  ]);
});

test("with units below /run nothing has to be writable below /etc", () => {
  expect(writtenDirectories()).toEqual(["/etc/systemd/system", "/etc/systemd", "/var/lib/unitlet"]);
  expect(writtenDirectories("/run/systemd/system")).toEqual(["/var/lib/unitlet"]);
});
