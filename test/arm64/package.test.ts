import { execFileSync } from "node:child_process";
import { copyFileSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { releaseFile } from "../support/release-file.ts";
import { Emulated } from "./emulated.ts";

let emulated: Emulated;
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

beforeAll(() => {
  emulated = new Emulated();
  for (const ending of ["_arm64.deb", "-linux-arm64.tar.gz"])
    copyFileSync(releaseFile(ending), join(emulated.directory, `release${ending}`));
  copyFileSync("dist/release/SHA256SUMS", join(emulated.directory, "SHA256SUMS"));
});

afterAll(() => emulated[Symbol.dispose]());

/** The machine in the header of an ELF file: 183 is aarch64. */
function machineOf(path: string): number {
  const header = Buffer.alloc(20);
  readSync(openSync(path, "r"), header);
  return header.readUInt16LE(18);
}

test("the .deb is for arm64, with the files of the other architecture and a Node of its own", () => {
  const file = releaseFile("_arm64.deb");
  expect(execFileSync("dpkg-deb", ["-f", file, "Architecture", "Version"], { encoding: "utf8" })).toBe(
    `Architecture: arm64\nVersion: ${version}\n`,
  );
  const names = (deb: string) =>
    execFileSync("sh", ["-c", `dpkg-deb --fsys-tarfile "$1" | tar -tf - | sort`, "sh", deb], { encoding: "utf8" });
  expect(names(file)).toBe(names(releaseFile("_amd64.deb")));
  execFileSync("dpkg-deb", ["-x", file, join(emulated.directory, "package")]);
  expect(machineOf(join(emulated.directory, "package/usr/lib/unitlet/node"))).toBe(183);
});

test("the Node of the package runs its bundles", async () => {
  const script = `cd package/usr/lib/unitlet; ./node --print 'process.arch + " " + process.version'; ./node run.cjs cli version
    for each in *.cjs; do ./node --check "$each"; done; ./node run.cjs cli --help | head -n 1`;
  const { stdout } = await emulated.exec(script);
  expect(stdout).toMatch(new RegExp(`^arm64 v24\\.\\d+\\.\\d+\\n.*${version.replaceAll(".", "\\.")}.*\\n`));
  expect(stdout).toContain("usage: unitlet");
});

test("install.sh checks the tarball and copies its files", async () => {
  const sums = "sed -i 's/ unitlet-.*-linux-arm64.tar.gz/ release-linux-arm64.tar.gz/' SHA256SUMS";
  const script = `${sums}; mkdir tar; tar -xzf release-linux-arm64.tar.gz -C tar --strip-components=1
    DESTDIR=$PWD/tree tar/install.sh --from release-linux-arm64.tar.gz
    find tree -type f | sort; tree/usr/local/lib/unitlet/node --print process.arch`;
  const { stdout } = await emulated.exec(script);
  expect(stdout).toMatch(/All files are below .*\/tree/);
  expect(stdout).toContain("tree/usr/local/lib/systemd/system/unitlet-sync.service\n");
  expect(stdout).toContain("tree/usr/local/lib/unitlet/container-run\n");
  expect(stdout).toMatch(/\narm64\n$/);
});

test("dpkg runs the scripts of the package, and its removal leaves the configuration", async () => {
  // The small Debian has no systemd. The scripts do then what they do in the making of an image.
  const { stdout } = await emulated.exec(
    `dpkg --force-depends --install release_arm64.deb >/dev/null 2>&1; unitlet check-config; unitlet version
    dpkg --force-depends --remove unitlet >/dev/null 2>&1; ls /etc/unitlet; dpkg --purge unitlet >/dev/null 2>&1; ls -d /etc/unitlet /usr/lib/unitlet 2>&1 || :`,
  );
  expect(stdout).toContain("standalone");
  expect(stdout).toMatch(/unitlet\.conf\n/);
  expect(stdout).not.toMatch(/^\/etc\/unitlet$|^\/usr\/lib\/unitlet$/m);
});
