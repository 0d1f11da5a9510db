import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { run } from "../support/run.ts";

const HELPER = resolve("units/helpers/container/container-remount");

/** Mounts a directory of a volume at a place, removes the directory, and calls the helper. Prints its exit code. */
async function remount(place: string): Promise<string> {
  const script = `mount -t tmpfs -o mode=755 run /run
    mkdir -p /run/lib/pods/other/volumes/v/a /run/bin ${place}
    mount --bind /run/lib/pods/other/volumes/v/a ${place}; rmdir /run/lib/pods/other/volumes/v/a
    sleep 1000 & pid=$!; trap 'kill $pid' EXIT
    printf '#!/bin/sh\\necho MainPID=%s\\necho ControlGroup=%s\\n' $pid "$(sed -n '1s/^[^:]*:[^:]*://p' /proc/$pid/cgroup)" >/run/bin/systemctl
    chmod 755 /run/bin/systemctl
    PATH=/run/bin:$PATH perl ${HELPER} main.service 2>&1; echo $?`;
  return (await run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script])).stdout;
}

describe.skipIf(!canMount)("container-remount", () => {
  test("fails when a path within a volume was removed, which only a start can mount", async () => {
    const message = "unitlet: /run/data was removed on the host, and is mounted at the next start";
    expect(await remount("/run/data")).toBe(`${message}\n1\n`);
  });

  test("leaves alone what the host has mounted for other pods", async () => {
    expect(await remount("/run/unitlet/pods/other/subpaths/main/0")).toBe("0\n");
  });
});
