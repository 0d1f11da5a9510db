import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { familyOf, installCommand } from "../../src/cli/checks/distribution.ts";
import { run } from "../support/run.ts";

/** What a host lacks, by its package in Debian. */
const NEEDED = ["dbus", "util-linux", "hostname", "perl-base", "npm", "curl", "containernetworking-plugins"];
const FEDORA = [
  "dbus-broker",
  "util-linux",
  "hostname",
  "perl-interpreter",
  "nodejs-npm",
  "curl",
  "containernetworking-plugins",
];
const SUSE = ["dbus-1", "util-linux", "hostname", "perl-base", "npm-default", "curl", "cni-plugins"];
const ARCH = ["dbus", "util-linux", "inetutils", "perl", "npm", "curl", "cni-plugins"];

/** Lines of /etc/os-release, what else marks the host, the command, and the packages that it installs. */
const HOSTS: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  ["Debian", "ID=debian", "", "apt-get install", NEEDED],
  ["Ubuntu", "ID=ubuntu\nID_LIKE=debian", "", "apt-get install", NEEDED],
  ["Linux Mint", 'ID=linuxmint\nID_LIKE="ubuntu debian"', "", "apt-get install", NEEDED],
  ["Fedora", "ID=fedora", "", "dnf install", FEDORA],
  ["RHEL", 'ID="rhel"\nID_LIKE="fedora"', "", "dnf install", FEDORA],
  ["CentOS Stream", 'ID="centos"\nID_LIKE="rhel fedora"', "", "dnf install", FEDORA],
  ["Rocky Linux", 'ID="rocky"\nID_LIKE="rhel centos fedora"', "", "dnf install", FEDORA],
  ["Amazon Linux", 'ID="amzn"\nID_LIKE="fedora"', "", "dnf install", FEDORA],
  ["Fedora CoreOS", "ID=fedora\nVARIANT_ID=coreos", "ostree", "rpm-ostree install --apply-live", FEDORA],
  ["openSUSE Tumbleweed", 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', "", "zypper install", SUSE],
  ["openSUSE Leap", 'ID="opensuse-leap"\nID_LIKE="suse opensuse"', "", "zypper install", SUSE],
  ["SLES", 'ID="sles"\nID_LIKE="suse"', "", "zypper install", SUSE],
  ["Arch Linux", "ID=arch", "", "pacman -S", ARCH],
  ["Manjaro", "ID=manjaro\nID_LIKE=arch", "", "pacman -S", ARCH],
];

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-distributions-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

/** What install.sh says that the administrator has to do for each package, on a host with this os-release(5). */
async function saidByInstaller(osRelease: string, mark: string, program = ":"): Promise<string[]> {
  writeFileSync(join(directory, "os-release"), `${osRelease}\n`);
  const host = `os_release=${directory}/os-release ostree_mark=${mark === "ostree" ? "/" : "/none"}`;
  const script = `. units/install/distribution.sh; ${host}; ${program}; for each in ${NEEDED.join(" ")}; do how_to_get "$each"; done`;
  return (await run(["sh", "-euc", script])).stdout.trimEnd().split("\n");
}

function saidByDoctor(osRelease: string, mark: string): string[] {
  const family = familyOf({ osRelease, isOstree: mark === "ostree", isTransactional: mark === "transactional" });
  return NEEDED.map((name) => installCommand(family, name));
}

test.each(HOSTS)("on %s, install.sh and doctor name its packages", async (_, osRelease, mark, command, packages) => {
  const wanted = packages.map((name) => `${command} ${name}`);
  expect(await saidByInstaller(osRelease, mark)).toEqual(wanted);
  expect(saidByDoctor(osRelease, mark)).toEqual(wanted);
});

test("a transactional host needs a reboot", async () => {
  const osRelease = 'ID="opensuse-microos"\nID_LIKE="suse opensuse opensuse-tumbleweed"';
  const wanted = SUSE.map((name) => `transactional-update pkg install ${name}, then reboot`);
  expect(await saidByInstaller(osRelease, "", "command() { :; }")).toEqual(wanted);
  expect(saidByDoctor(osRelease, "transactional")).toEqual(wanted);
});

test("an unknown distribution gets the names of Debian", async () => {
  const wanted = NEEDED.map((name) => `install the package ${name} (or what your distribution calls it)`);
  expect(await saidByInstaller("ID=nixos", "")).toEqual(wanted);
  expect(saidByDoctor("ID=nixos", "")).toEqual(wanted);
});

/** Runs install_image_tools, with a package manager that has the packages `available` only. Prints its calls and messages. */
async function installImageTools(osRelease: string, available: string): Promise<readonly [number, string]> {
  writeFileSync(join(directory, "os-release"), `${osRelease}\n`);
  const script = `
    die() { echo "die: $*"; exit 1; }
    command() { case "$2" in skopeo | umoci | crun) [ -e "$bin/$2" ] ;; *) return 1 ;; esac; }
    dnf() { shift 3; echo "dnf $*"; for each; do case " $available " in *" $each "*) ;; *) return 1 ;; esac; done
      for each; do : >"$bin/$each"; done; }
    rm -rf "$bin"; mkdir "$bin"
    . units/install/distribution.sh; os_release=${directory}/os-release
    install_image_tools`;
  const { code, stdout } = await run(["env", `bin=${directory}/bin`, `available=${available}`, "sh", "-euc", script], {
    allowFailure: true,
  });
  return [code, stdout];
}

test("--with-images installs the tools with one command", async () => {
  expect(await installImageTools("ID=fedora", "skopeo umoci crun")).toEqual([0, "dnf skopeo umoci crun\n"]);
});

test("--with-images installs what the distribution has, and names what it lacks", async () => {
  const [code, text] = await installImageTools("ID=fedora", "skopeo crun");
  expect(code).toBe(1);
  expect(text).toBe(
    "dnf skopeo umoci crun\ndnf skopeo\ndnf umoci\ndnf crun\n" +
      "die: --with-images: the repositories of this distribution lack umoci. Put the programs into /usr/local/bin, and leave out --with-images\n",
  );
});
