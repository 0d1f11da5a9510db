import { expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { run } from "../support/run.ts";

test.skipIf(!canMount)("install.sh --uninstall leaves a disk of the host below a shared volume mounted", async () => {
  const script = `mount -t tmpfs run /run; mkdir -p /run/srv/a/disk /run/unitlet/place
    mount --bind /run/srv /run/srv; mount --make-shared /run/srv
    mount --bind /run/srv/a /run/unitlet/place; mount -t tmpfs disk /run/srv/a/disk
    DESTDIR=''; . units/install/remove.sh; mounted; unmount_volumes; mounted
    cut -d ' ' -f 5 /proc/self/mountinfo | grep ^/run/srv/`;
  const { stdout } = await run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", script]);
  expect(stdout).toBe("/run/unitlet/place\n/run/unitlet/place/disk\n/run/srv/a/disk\n");
});
