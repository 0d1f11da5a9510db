import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installHello, property } from "../e2e/support/hello-service.ts";
import { Machine } from "../support/machine.ts";
import { releaseFile } from "../support/release-file.ts";

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  securityContext: {runAsUser: 65534}
  containers: [{name: main, image: host, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /run/v}]}]
  volumes: [{name: v, emptyDir: {}}]
`;
const ADOPTING = `apiVersion: v1
kind: Pod
metadata: {name: adopting}
spec: {hostNetwork: true, containers: [{name: main, image: "unit://lent.service"}]}
`;
/** The paths in the machine. */
const DEB = `/root/release/${basename(releaseFile(".deb"))}`;
const TARBALL = `/root/release/${basename(releaseFile(".tar.gz"))}`;
const OURS = "find /etc /usr /var /run /dev -name '*unitlet*' -not -path '/var/cache/man/*' | sort";

let machine: Machine;
let before: string;

beforeAll(async () => {
  machine = await Machine.boot("release", { net: "private" });
  // An image of a v2 machine was made without manual pages, and its dpkg would leave out those of the package.
  await machine.exec("rm -f /etc/dpkg/dpkg.cfg.d/99mmdebstrap");
  before = (await machine.exec(`rm -rf /var/cache/unitlet; ${OURS}`)).stdout;
  await machine.put("dist/release", "/root/release");
});

afterAll(() => machine[Symbol.asyncDispose]());

const apt = (...words: readonly string[]) =>
  machine.exec(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "--no-install-recommends", ...words], {
    timeout: 300_000,
  });

async function mainPid(): Promise<string> {
  const { stdout } = await machine.exec("systemctl show -P MainPID unitlet.default.web.main.service");
  return /^[1-9]/.test(stdout) ? stdout : "";
}

/** Waits until the process executes the program, because `container-run` loads its libraries before that. */
async function runningPod(): Promise<string> {
  await machine.write("/etc/unitlet/manifests/web.yaml", POD);
  const program = async () => {
    const pid = await mainPid();
    const { stdout } = await machine.exec(`cat /proc/${pid.trim()}/comm`, { allowFailure: true });
    return stdout === "sleep\n" ? pid : "";
  };
  return machine.until(program, { what: "the container" });
}

async function noPlan(): Promise<readonly [boolean, string]> {
  const { stdout } = await machine.exec("unitlet plan", { allowFailure: true });
  return [stdout === "Nothing to do.\n", stdout];
}

/** Waits until the host has what it had before. */
async function untilPurged(): Promise<void> {
  const seen = async () => (await machine.exec(OURS)).stdout;
  await machine.until(async () => [(await seen()) === before, await seen()], { what: `only\n${before}` });
}

/** Packs the package again, under another version. */
async function repack(version: string): Promise<string> {
  const script = `cd /root && rm -rf tree && dpkg-deb -R ${DEB} tree && sed -i 's/^Version: .*/Version: ${version}/' tree/DEBIAN/control && dpkg-deb -Znone -b tree other.deb`;
  await machine.exec(script, { timeout: 300_000 });
  return "/root/other.deb";
}

test("apt-get install gives a node that runs, with its command, pages and completion", async () => {
  await apt("install", DEB);
  expect((await machine.exec("systemctl is-active unitlet-sync.timer unitlet-sync.path")).stdout).toBe(
    "active\nactive\n",
  );
  await runningPod();
  expect((await machine.exec("unitlet status")).stdout).toMatch(/^default +web +Running +main +running/m);
  await machine.until(noPlan, { what: "nothing to do" });
  expect((await machine.exec("zcat /usr/share/man/man5/unitlet.conf.5.gz")).stdout).toContain("\n.B maxPods = 110\n");
  const complete = `. /usr/share/bash-completion/completions/unitlet; COMP_WORDS=(unitlet plan --j) COMP_CWORD=2; _unitlet; echo "\${COMPREPLY[@]}"`;
  expect((await machine.exec(["bash", "-c", complete])).stdout).toBe("--json\n");
});

test("install.sh leaves a host with the package alone", async () => {
  await machine.exec(`cd /root && mkdir tar && tar -xzf ${TARBALL} -C tar --strip-components=1`, { timeout: 300_000 });
  const { code, stderr } = await machine.exec("/root/tar/install.sh", { allowFailure: true });
  expect([code, stderr]).toEqual([1, expect.stringContaining("unitlet is installed on this host as a package")]);
});

test.each(["99.0.0", "0.0.1"])(
  "a change to version %s restarts no pod and keeps the configuration",
  async (version) => {
    const pid = await runningPod();
    await machine.write("/etc/unitlet/unitlet.conf.d/mine.conf", "maxPods = 7\n");
    await apt("install", "--allow-downgrades", await repack(version));
    expect(await mainPid()).toBe(pid);
    expect(await machine.read("/etc/unitlet/unitlet.conf.d/mine.conf")).toBe("maxPods = 7\n");
    expect((await machine.exec("dpkg-query -W unitlet; systemctl is-active unitlet-sync.timer")).stdout).toBe(
      `unitlet\t${version}\nactive\n`,
    );
  },
);

test("remove ends the containers, gives adopted units back, and keeps configuration and volumes; the next installation goes on with them", async () => {
  await runningPod();
  await installHello({ machine }, "lent", 7105);
  const pid = await property({ machine }, "lent.service", "MainPID");
  await machine.write("/etc/unitlet/manifests/adopting.yaml", ADOPTING);
  const dropIns = () => property({ machine }, "lent.service", "DropInPaths");
  await machine.until(dropIns, { what: "the drop-in" });
  const volume = "/var/lib/unitlet/pods/*/volumes/v";
  await machine.exec(`cd ${volume} && touch kept`);
  await apt("remove", "unitlet");
  expect([await dropIns(), await property({ machine }, "lent.service", "MainPID")]).toEqual(["", pid]);
  const left = async () => {
    const list =
      "systemctl list-units --all --plain --no-legend 'unitlet*'; ls /run/unitlet /etc/systemd/system/unitlet*";
    return (await machine.exec(list, { allowFailure: true })).stdout;
  };
  await machine.until(async () => [(await left()) === "", await left()], { what: "nothing to be left" });
  await apt("install", DEB);
  await machine.until(mainPid, { what: "the container again" });
  expect((await machine.exec(`ls ${volume}`)).stdout).toBe("kept\n");
});

test("purge leaves nothing but the data of claims", async () => {
  await machine.exec("cd /var/lib/unitlet && mkdir -p claims/shop/data && touch claims/shop/data/file");
  await apt("purge", "unitlet");
  const { stdout } = await machine.exec("cd /var/lib/unitlet && find . -type f; rm -r /var/lib/unitlet");
  expect(stdout).toBe("./claims/shop/data/file\n");
  await untilPurged();
});

test.each([
  ["at once", ":"],
  ["after a call of its script that was killed", "mv /usr/local/lib/unitlet /usr/local/lib/unitlet.old"],
])("an installation of install.sh becomes one of the package %s, and no pod restarts", async (_, killed) => {
  await machine.exec("/root/tar/install.sh", { timeout: 300_000 });
  const pid = await runningPod();
  await machine.exec(killed);
  await apt("install", DEB);
  expect(await mainPid()).toBe(pid);
  const { stdout } = await machine.exec(
    "find /usr/local -name '*unitlet*'; grep -rl /usr/local/lib/unitlet /etc/systemd/system; systemctl show -P FragmentPath unitlet-sync.timer",
  );
  expect(stdout).toMatch(/^(\/usr)?\/lib\/systemd\/system\/unitlet-sync\.timer\n$/);
  await machine.until(noPlan, { what: "nothing to do" });
  await apt("purge", "unitlet");
  await untilPurged();
});

test("helpers of install.sh are there at any moment until those of the package replace them", async () => {
  await machine.exec("/root/tar/install.sh", { timeout: 300_000 });
  const earlier = "/usr/local/lib/unitlet";
  const watch = `until [ -L ${earlier} ]; do [ -e ${earlier}/container-exit ] || echo missing; done`;
  // While a unit names the directory, the link stays.
  await machine.exec(`echo '# ${earlier}/' >/run/systemd/system/unitlet-user.service`);
  const watched = machine.exec(watch, { timeout: 300_000 });
  await apt("install", DEB);
  expect((await watched).stdout).toBe("");
  await machine.exec("rm /run/systemd/system/unitlet-user.service");
  await apt("purge", "unitlet");
  await untilPurged();
});

test("install.sh --from takes a tarball with its checksum only", async () => {
  const install = (...words: readonly string[]) =>
    machine.exec(["/root/tar/install.sh", "--from", TARBALL, ...words], {
      allowFailure: true,
      timeout: 300_000,
    });
  expect((await install("--sha256", "0".repeat(64))).stderr).toContain("Nothing was installed");
  await machine.exec("mv /root/release/SHA256SUMS /root");
  expect((await install()).stderr).toContain("its checksum is not known");
  await machine.exec("mv /root/SHA256SUMS /root/release");
  expect((await install("--set", "maxPods=9")).stdout).toContain("First run");
  expect(await machine.read("/etc/unitlet/unitlet.conf.d/50-install.conf")).toContain("maxPods = 9");
});

test("the same sources give the same bytes on another host, in another directory, with another mask and time zone", () => {
  const clone = mkdtempSync(join(tmpdir(), "unitlet-release-"));
  try {
    for (const file of execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      encoding: "utf8",
    })
      .trim()
      .split("\n"))
      cpSync(file, join(clone, file));
    symlinkSync(`${process.cwd()}/node_modules`, join(clone, "node_modules"));
    const epoch = execFileSync("git", ["log", "-1", "--format=%ct"], { encoding: "utf8" }).trim();
    // What git writes for a user whose mask is 077.
    execFileSync("chmod", ["-R", "go=", clone]);
    const env = { ...process.env, SOURCE_DATE_EPOCH: epoch, TZ: "Asia/Kathmandu" };
    const script = `hostname elsewhere; umask 077; exec sh units/release/release.sh ${process.arch}`;
    execFileSync("unshare", ["--uts", "sh", "-ec", script], { cwd: clone, env, stdio: "pipe" });
    const sums = (directory: string) => readFileSync(join(directory, "dist/release/SHA256SUMS"), "utf8");
    expect(readdirSync(join(clone, "dist/release"))).toHaveLength(5);
    expect(sums(clone)).toBe(sums("."));
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}, 600_000);
