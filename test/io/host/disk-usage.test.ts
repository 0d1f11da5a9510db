import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/host/disk-usage.ts");
type Fs = typeof import("node:fs");
type Processes = typeof import("node:child_process");

const MI = 1024 ** 2;

describe.skipIf(!canMount)("measurePod()", () => {
  test("counts what a pod keeps on the disk, by volume and container, and nothing that it leads to", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { measurePod } = await load<Subject>("src/io/host/disk-usage.ts");
      const { mkdirSync, writeFileSync, linkSync, symlinkSync } = await load<Fs>("node:fs");
      const { execFileSync } = await load<Processes>("node:child_process");
      const pod = "/var/lib/unitlet/pods/u-1";
      const make = (path: string) => mkdirSync(`${pod}/${path}`, { recursive: true });
      const mebibytes = (count: number) => Buffer.alloc(count * 1024 ** 2, 1);
      for (const path of [
        "volumes/data/deep",
        "roots/app/upper/etc",
        "roots/app/work",
        "tmp/app/tmp",
        "tmp/app/var-tmp",
      ])
        make(path);
      writeFileSync("/var/lib/outside", mebibytes(8));
      writeFileSync(`${pod}/volumes/data/deep/a`, mebibytes(2));
      linkSync(`${pod}/volumes/data/deep/a`, `${pod}/volumes/data/b`);
      symlinkSync("/var/lib/outside", `${pod}/volumes/data/c`);
      symlinkSync("/var/lib", `${pod}/volumes/data/d`);
      writeFileSync(
        Buffer.concat([Buffer.from(`${pod}/volumes/data/`), Buffer.from([0xff, 0x0a, 0x20])]),
        mebibytes(1),
      );
      execFileSync("mkfifo", [`${pod}/volumes/data/fifo`]);
      make("volumes/data/mounted");
      execFileSync("mount", ["-t", "tmpfs", "tmpfs", `${pod}/volumes/data/mounted`]);
      writeFileSync(`${pod}/volumes/data/mounted/x`, mebibytes(4));
      writeFileSync(`${pod}/roots/app/upper/etc/x`, mebibytes(1));
      writeFileSync(`${pod}/tmp/app/tmp/x`, mebibytes(1));
      writeFileSync(`${pod}/tmp/app/var-tmp/x`, mebibytes(1));
      writeFileSync(`${pod}/app.message`, mebibytes(1));
      writeFileSync(`${pod}/app.exits`, mebibytes(4));
      const { containers, volumes, inodes } = await measurePod("u-1", 10_000);
      return { containers: [...containers], volumes: [...volumes], inodes };
    });
    expect(seen).toEqual({ containers: [["app", 4 * MI]], volumes: [["data", 3 * MI]], inodes: 17 });
  });

  test("counts what it has found when the time is over", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { measurePod } = await load<Subject>("src/io/host/disk-usage.ts");
      const { mkdirSync, writeFileSync } = await load<Fs>("node:fs");
      for (const path of ["bin", "unitlet/pods/u-1/volumes/data"]) mkdirSync(`/var/lib/${path}`, { recursive: true });
      // A find(1) that does not come to an end.
      const find = "#!/bin/sh\nprintf '8 1 5 f volumes/data\\n'\nexec sleep 1000\n";
      writeFileSync("/var/lib/bin/find", find, { mode: 0o755 });
      process.env.PATH = `/var/lib/bin:${process.env.PATH}`;
      const { inodes, volumes } = await measurePod("u-1", 2000);
      return { inodes, volumes: [...volumes] };
    });
    expect(seen).toEqual({ inodes: 1, volumes: [["data", 4096]] });
  });

  test("does not wait for a find(1) that cannot be killed, because a FUSE program does not answer", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { measurePod } = await load<Subject>("src/io/host/disk-usage.ts");
      const { mkdirSync, writeFileSync } = await load<Fs>("node:fs");
      for (const path of ["bin", "unitlet/pods/u-1/volumes/data"]) mkdirSync(`/var/lib/${path}`, { recursive: true });
      // The child keeps the pipe open after the kill.
      const find = "#!/bin/sh\nprintf '8 1 5 f volumes/data\\n'\nsleep 30 &\nwait\n";
      writeFileSync("/var/lib/bin/find", find, { mode: 0o755 });
      process.env.PATH = `/var/lib/bin:${process.env.PATH}`;
      const began = Date.now();
      const { inodes } = await measurePod("u-1", 2000);
      return { inodes, isInTime: Date.now() - began < 20_000 };
    });
    expect(seen).toEqual({ inodes: 1, isInTime: true });
  });

  test("finds nothing of a pod without files", async () => {
    const usage = await onEmptyHost(async (load) => {
      const { measurePod } = await load<Subject>("src/io/host/disk-usage.ts");
      return (await measurePod("u-1", 1000)).inodes;
    });
    expect(usage).toBe(0);
  });
});
