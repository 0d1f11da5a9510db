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

test.skipIf(!canMount).each([
  ["in /etc", "/etc/systemd/system"],
  ["in /run", "/run/systemd/system"],
  ["copied for the next boot", "/var/lib/unitlet/units"],
])("the directory of an earlier installation stays a link while a unit %s names it", async (_, place) => {
  const hide = "for path in /run /var/lib /etc/systemd /usr/local/lib; do mount -t tmpfs -o mode=755 none $path; done";
  const unit = `${place}/unitlet.shop.web.main.service`;
  const script = `${hide}; earlier=/usr/local/lib/unitlet; mkdir -p ${place}
    eval "$(sed -n '/^unlink_earlier()/,/^}/p' units/release/scripts/postinstall.sh)"
    ln -s /usr/lib/unitlet $earlier; echo ExecStart=$earlier/container-run >${unit}
    unlink_earlier; ls /usr/local/lib; rm ${unit}
    unlink_earlier; ls /usr/local/lib`;
  const { stdout } = await run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", script]);
  expect(stdout).toBe("unitlet\n");
});
