import { expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { run } from "../support/run.ts";

test.skipIf(!canMount)("the removal of a package deletes nothing in a volume that is still mounted", async () => {
  const hide = "for path in /run /var/cache /var/lib /etc/systemd; do mount -t tmpfs -o mode=755 none $path; done";
  const script = `${hide}; mkdir -p /run/unitlet/pods/u-1/subpaths/main/0 /run/srv
    mount -t tmpfs srv /run/srv; touch /run/srv/file /run/unitlet/lease
    mount --bind /run/srv /run/unitlet/pods/u-1/subpaths/main/0
    sh units/release/scripts/postremove.sh remove
    ls /run/srv /run/unitlet`;
  const { stdout } = await run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", script]);
  expect(stdout).toBe("/run/srv:\nfile\n\n/run/unitlet:\npods\n");
});
