import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

test.skipIf(!canMount)("a disk of the host below a shared volume stays mounted when the pod's mounts go", async () => {
  const mounts = await onEmptyHost(async (load) => {
    const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
    const { mountsBelow, unmountBelow } =
      await load<typeof import("../../../src/io/volumes/mounts.ts")>("src/io/volumes/mounts.ts");
    const script = `mkdir -p /run/srv/a/disk /run/unitlet/pods/u-1/subpaths/main/0
      mount --bind /run/srv /run/srv; mount --make-shared /run/srv
      mount --bind /run/srv/a /run/unitlet/pods/u-1/subpaths/main/0
      mount -t tmpfs disk /run/srv/a/disk`;
    execFileSync("sh", ["-ec", script]);
    const before = mountsBelow("/run/unitlet");
    unmountBelow("/run/unitlet/pods/u-1");
    return [before, mountsBelow("/run/unitlet"), mountsBelow("/run/srv")];
  });
  const place = "/run/unitlet/pods/u-1/subpaths/main/0";
  expect(mounts).toEqual([[place, `${place}/disk`], [], ["/run/srv/a/disk"]]);
});
