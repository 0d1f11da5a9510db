import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/host/host-file-types.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("types of files of the host", () => {
  test("are the same where a file system is mounted that may not answer", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { hostFileTypes } = await load<Subject>("src/io/host/host-file-types.ts");
      const { mkdirSync, symlinkSync, writeFileSync } = await load<Fs>("node:fs");
      mkdirSync("/run/host");
      writeFileSync("/run/host/file", "");
      symlinkSync("/run/host", "/run/host/link");
      symlinkSync("/missing", "/run/host/lost");
      const paths = ["/run/host", "/run/host/file", "/run/host/link", "/run/host/lost", "/dev/null", "/a\0b", "/gone"];
      const fuse = "40 22 0:50 / /mnt rw,relatime shared:1 - fuse.sshfs server: rw\n";
      const of = async (mountinfo: string) => [...(await hostFileTypes(paths, mountinfo))];
      return [await of(""), await of(fuse)];
    });
    const types = [
      ...[
        ["/run/host", "directory"],
        ["/run/host/file", "file"],
      ],
      ...[
        ["/run/host/link", "directory"],
        ["/dev/null", "character device"],
      ],
    ];
    expect(seen).toEqual([types, types]);
  });

  test("are told of the other paths when one does not answer, and one process at a time looks at that", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { hostFileTypes } = await load<Subject>("src/io/host/host-file-types.ts");
      const { existsSync, mkdirSync, readFileSync, writeFileSync } = await load<Fs>("node:fs");
      const { spawn } = await load<typeof import("node:child_process")>("node:child_process");
      mkdirSync("/run/bin");
      mkdirSync("/run/unitlet");
      // Looks as long as /run/hung is there.
      const stat =
        '#!/bin/sh\nfor path; do [ "$path" != /srv/share ] || { echo >>/run/looks; while [ -e /run/hung ]; do sleep 0.1; done; printf "41ed /srv/share\\\\0"; exit; }; done\nexec /usr/bin/stat "$@"\n';
      writeFileSync("/run/bin/stat", stat, { mode: 0o755 });
      process.env.PATH = `/run/bin:${process.env.PATH}`;
      writeFileSync("/run/hung", "");
      const nfs = "40 22 0:50 / /srv/share rw,relatime shared:1 - nfs4 server:/ rw\n";
      const look = async () => [...(await hostFileTypes(["/srv/share", "/run/bin"], nfs))];
      const first = await look();
      // One that cannot be killed.
      const asleep = spawn("sh", ["-c", "while [ -e /run/hung ]; do sleep 0.1; done", "sh", "/srv/share"]);
      writeFileSync("/run/unitlet/unanswered.json", JSON.stringify({ "/srv/share": asleep.pid }));
      const second = await look();
      const looks = readFileSync("/run/looks", "utf8").length;
      const { rmSync } = await load<Fs>("node:fs");
      rmSync("/run/hung");
      await new Promise((resolve) => asleep.on("close", resolve));
      return { first, second, looks, third: await look(), left: existsSync("/run/unitlet/unanswered.json") };
    });
    const [none, there] = [
      ["/srv/share", "no answer"],
      ["/run/bin", "directory"],
    ];
    expect(seen).toEqual({
      // The first look was one at both paths, and then one at each.
      ...{ first: [none, there], second: [none, there], looks: 2 },
      ...{ third: [["/srv/share", "directory"], there], left: false },
    });
  });

  test("come from few processes, however many the paths are and however long", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { hostFileTypes } = await load<Subject>("src/io/host/host-file-types.ts");
      const { mkdirSync, readFileSync, writeFileSync } = await load<Fs>("node:fs");
      mkdirSync("/run/bin");
      writeFileSync("/run/bin/stat", '#!/bin/sh\necho >>/run/looks\nexec /usr/bin/stat "$@"\n', { mode: 0o755 });
      process.env.PATH = `/run/bin:${process.env.PATH}`;
      const nfs = "40 22 0:50 / /srv/share rw,relatime shared:1 - nfs4 server:/ rw\n";
      const paths = ["/run", ...Array.from({ length: 500 }, (_, at) => `/run/${at}`), `/${"x".repeat(200_000)}`];
      return { types: [...(await hostFileTypes(paths, nfs))], looks: readFileSync("/run/looks", "utf8").length };
    });
    expect(seen).toEqual({ types: [["/run", "directory"]], looks: 3 });
  });

  test("come from no process for the mounts of every host", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { hostFileTypes } = await load<Subject>("src/io/host/host-file-types.ts");
      process.env.PATH = "/none";
      const common =
        "35 25 0:30 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n36 25 0:31 / /x rw - fusectl none rw\n";
      return [...(await hostFileTypes(["/run"], common))];
    });
    expect(seen).toEqual([["/run", "directory"]]);
  });
});
