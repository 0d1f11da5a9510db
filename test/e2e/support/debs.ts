import type { V1ContainerStatus } from "@kubernetes/client-node";
import type { DebArchive } from "../../support/debs.ts";
import type { Node } from "../../support/node.ts";
import type { Container } from "./manifests.ts";

/** A daemon that prints its environment and waits. */
const DAEMON = `#!/bin/sh
id -un
echo "words $*"
echo "greeting $GREETING"
echo "files $(ulimit -n)"
echo "runtime $RUNTIME_DIRECTORY state $STATE_DIRECTORY"
touch "$RUNTIME_DIRECTORY/lock" "$STATE_DIRECTORY/data" && echo writable
touch /etc/tinyd.new 2>/dev/null || echo read-only
systemd-notify --ready
exec sleep 1000
`;

const UNIT = `[Unit]
Description=Tiny daemon
After=network.target
Documentation=man:tinyd(8)

[Service]
Type=notify
NotifyAccess=all
User=tinyd
Environment=GREETING=hello "WORD=two words"
EnvironmentFile=-/etc/default/tinyd
ExecStart=/usr/bin/tinyd --name %p "\${WORD}" $OPTIONS
RuntimeDirectory=tinyd
StateDirectory=tinyd
LimitNOFILE=4321
ProtectSystem=full
NoNewPrivileges=yes
PrivateUsers=yes
SystemCallFilter=@system-service
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;

/** Returns the text of a unit that can be enabled. */
export const service = (program: string, more = "") =>
  `[Service]\nExecStart=${program}\n${more}\n[Install]\nWantedBy=multi-user.target\n`;

/** Adds a daemon with its own user, a dependency, and a unit like those of distributions. */
export async function addTinyd(archive: DebArchive): Promise<void> {
  await archive.add({ name: "tiny-common" });
  await archive.add({
    name: "tinyd",
    depends: "tiny-common",
    files: {
      "/usr/bin/tinyd": DAEMON,
      "/lib/systemd/system/tinyd.service": UNIT,
      "/etc/default/tinyd": "OPTIONS='-a -b'\n",
    },
    postinst: "getent passwd tinyd >/dev/null || useradd --system --no-create-home tinyd",
    starts: ["tinyd.service"],
  });
}

/** The timeout of one test in milliseconds. apt and dpkg take seconds for each package, and longer on a busy host. */
export const APT_TIMEOUT_MS = 400_000;

/** Returns a container that is the service of a package. */
export const deb = (image: string, rest: Container = {}): Container => ({ image, ...rest });

/** Returns functions that read the packages and services of a node. */
export function debsOf(node: Node) {
  const poll = (name: string, probe: (status: V1ContainerStatus) => unknown) =>
    node.until(name, (pod) => pod?.status?.containerStatuses?.find(probe), { timeout: APT_TIMEOUT_MS / 2 });
  return {
    look: poll,
    runs: (name: string) => poll(name, ({ state }) => state?.running),
    waiting: async (name: string, reason: string) =>
      (await poll(name, ({ state }) => state?.waiting?.reason === reason)).state?.waiting?.message,
    /** Waits until a container has written `count` lines, and returns its lines. */
    said: async (name: string, count: number) => {
      const poll = async () => {
        const lines = (await node.log(name)).split("\n").filter(Boolean);
        return [lines.length >= count, lines] as const;
      };
      return (await node.machine.until(poll, { what: `${count} lines of ${name}` }))[1];
    },
    version: async (name: string) =>
      (await node.exec(`dpkg-query -W -f '\${db:Status-Status} \${Version}' ${name} 2>&1 || true`)).stdout,
    /** Returns the results of `systemctl is-active` and `is-enabled` for a unit of the host. */
    state: async (unit: string) =>
      (await node.exec(`systemctl is-active ${unit}; systemctl is-enabled ${unit}; true`)).stdout.trim().split("\n"),
  };
}
