import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Machine } from "./machine.ts";
import { putFiles } from "./put-files.ts";

/** A Debian package that a test makes. */
export interface Deb {
  readonly name: string;
  readonly version?: string;
  readonly depends?: string;
  /** The content of files by absolute path. Files in /usr/bin are executable. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of postinst besides those that debhelper would write for the units. */
  readonly postinst?: string;
  /** The units that postinst enables and starts, with debhelper's lines. */
  readonly starts?: readonly string[];
}

const DIRECTORY = "/srv/debs";

/** An archive of packages in a machine. It is the only source of the machine's apt. */
export class DebArchive {
  readonly #machine: Machine;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  static async start(machine: Machine): Promise<DebArchive> {
    // The policy-rc.d of container images would forbid all starts of services, and a test of that could not fail.
    await machine.exec(
      `rm -rf /usr/sbin/policy-rc.d /etc/apt/sources.list /etc/apt/sources.list.d/* && mkdir -p ${DIRECTORY} && touch ${DIRECTORY}/Packages`,
    );
    await machine.write("/etc/apt/sources.list", `deb [trusted=yes] file:${DIRECTORY} ./\n`);
    return new DebArchive(machine);
  }

  /** Adds a package and returns its path. apt finds it after its next update. */
  async add({ name, version = "1.0", depends = "", files = {}, postinst = "", starts = [] }: Deb): Promise<string> {
    const build = `/srv/build/${name}`;
    await this.#machine.exec(["rm", "-rf", build]);
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nInstalled-Size: 1024\n${depends && `Depends: ${depends}\n`}Description: for a test\n`;
    const conffiles = Object.keys(files).filter((path) => path.startsWith("/etc/"));
    const meta = { "/DEBIAN/control": control, "/DEBIAN/conffiles": conffiles.map((path) => `${path}\n`).join("") };
    const script = ["#!/bin/sh", "set -e", '[ "$1" = configure ] || exit 0', postinst, ...starts.flatMap(debhelper)];
    const all = { ...files, ...meta, "/DEBIAN/postinst": `${script.join("\n")}\n` };
    await putFiles(this.#machine, build, (root) => writeFiles(root, all));
    const file = `${DIRECTORY}/${name}_${version}_all.deb`;
    await this.#machine.exec(
      `dpkg-deb --root-owner-group --build ${build} ${file} >/dev/null && cd ${DIRECTORY} && for deb in *.deb; do dpkg-deb -f "$deb"; stat --printf 'Filename: ./%n\\nSize: %s\\n' "$deb"; echo "SHA256: $(sha256sum <"$deb" | cut -c -64)"; echo; done >Packages`,
    );
    return file;
  }
}

async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(`${root}${path}`), { recursive: true });
    const runs = path.startsWith("/usr/bin/") || path === "/DEBIAN/postinst";
    await writeFile(`${root}${path}`, text, { mode: runs ? 0o755 : 0o644 });
  }
}

function debhelper(unit: string): string[] {
  return [
    `deb-systemd-helper unmask ${unit} >/dev/null || true`,
    `if deb-systemd-helper --quiet was-enabled ${unit}; then deb-systemd-helper enable ${unit} >/dev/null || true; else deb-systemd-helper update-state ${unit} >/dev/null || true; fi`,
    "systemctl --system daemon-reload >/dev/null || true",
    `if [ -n "$2" ]; then action=restart; else action=start; fi`,
    `deb-systemd-invoke $action ${unit} >/dev/null || true`,
  ];
}
