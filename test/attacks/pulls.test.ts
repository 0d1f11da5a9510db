import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ImageNode, SLEEP_CONFIG } from "../e2e/support/image-node.ts";
import { pod, shell } from "../e2e/support/manifests.ts";
import type { Node } from "../support/node.ts";
import type { Registry } from "../support/registry.ts";
import type { TarEntry } from "../support/tar.ts";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  ({ node, registry, base } = await ImageNode.start("attack-pulls", { timerInterval: "1s" }));
  await node.exec(
    "mkdir -p /run/unitlet/images && umask 077 && echo s3cr3t >/run/unitlet/images/other.auth && cp /run/unitlet/images/other.auth /etc/unitlet/other",
  );
});

afterAll(() => node[Symbol.asyncDispose]());

/** Files of the host that no pull may write; no tmpfs of the unit counts. */
const DIRECTORIES = "/run /run/unitlet /run/unitlet/images /run/systemd/system /var/lib/unitlet";
const TARGETS = `${DIRECTORIES} /etc /usr /usr/local/lib/unitlet /srv /root /dev/shm /dev`
  .split(" ")
  .map((each) => `${each}/x`);

/** What a tool tries that a registry or an image has taken over; each line of its output is a success. */
const COMMON = `
for file in /run/unitlet/images/other.auth /etc/unitlet/other /etc/unitlet/kubeconfig /root/kubeconfig /etc/shadow; do
  head -c 1 "$file" >/dev/null 2>&1 && echo "broken: reads $file"
done
for file in ${TARGETS.join(" ")}; do (echo x >"$file"); done 2>/dev/null
grep -q '^NoNewPrivs:.1' /proc/self/status || echo "broken: may gain privileges"
grep -q '^Seccomp:.2' /proc/self/status || echo "broken: has no system call filter"
[ "$(ls -d /proc/[0-9]* | grep -cx /proc/1)" = 0 ] || [ "$(id -u)" = 0 ] || echo "broken: sees processes of others"
unshare --user true 2>/dev/null && echo "broken: makes a user namespace"
mount -t tmpfs none /tmp 2>/dev/null && echo "broken: mounts"
perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) and connect(S, sockaddr_un("/run/dbus/system_bus_socket")) or exit 1' 2>/dev/null && echo "broken: connects to D-Bus"
`;

const CONNECT = `perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0) and connect(S, sockaddr_in(5000, inet_aton("127.0.0.1"))) or exit 1' 2>/dev/null`;

/** Puts a script in the place of a tool, which then executes the tool. */
async function replaceTool(tool: string, script: string): Promise<void> {
  await node.exec(`mv /usr/bin/${tool} /usr/bin/${tool}.real`);
  const text = `#!/bin/sh\n[ "$1" = --version ] || { echo "${tool} began"; ${script}\n} 2>&1 | sed 's/^/tried /' >&2\nexec /usr/bin/${tool}.real "$@"\n`;
  await node.machine.write(`/usr/bin/${tool}`, text, 0o755);
}

/** Pulls an image with such a tool, and returns what the tool has said that it tried with success. */
async function pullWith(tool: string, script: string): Promise<readonly string[]> {
  // The registry's own helper calls skopeo as root.
  const layers = [base, [{ path: tool, content: tool }]];
  const image = await registry.push(`${tool}:1`, { layers, config: SLEEP_CONFIG });
  await replaceTool(tool, script);
  await node.run(pod(node, tool, { image }));
  await node.container(tool, ({ state }) => state?.running);
  await node.exec(`mv /usr/bin/${tool}.real /usr/bin/${tool}`);
  expect((await node.exec(`ls ${TARGETS.join(" ")} 2>/dev/null || :`)).stdout).toBe("");
  const { stdout } = await node.exec("journalctl --sync; journalctl -b --quiet --output=cat --unit='unitlet-image*@*'");
  return stdout.split("\n").filter((line) => line.startsWith("tried "));
}

describe("a tool of a pull that has been taken over", () => {
  test("skopeo reaches the network, and nothing of the host but its directory", async () => {
    const tried = await pullWith(
      "skopeo",
      `${COMMON}
      ${CONNECT} || echo "broken: has no network"
      [ "$(id -u)" != 0 ] || echo "broken: is root"
      grep -q '^CapBnd:.0*$' /proc/self/status || echo "broken: has capabilities"
      ls /var/lib/unitlet/images | grep -v '^tmp$' && echo "broken: sees images"`,
    );
    expect([...new Set(tried)]).toEqual(["tried skopeo began"]);
  });

  test("umoci reaches the images and no network", async () => {
    const tried = await pullWith(
      "umoci",
      `${COMMON}
      ${CONNECT} && echo "broken: reaches the network"
      ls /etc | grep -vE '^(alternatives|ld.so.cache|localtime)$' && echo "broken: sees /etc"
      ls / | grep -E '^(boot|home|opt|root|srv|sys|mnt)$' | while read d; do [ -z "$(ls -A /$d 2>/dev/null)" ] || [ $d = sys ] || echo "broken: sees /$d"; done`,
    );
    expect([...new Set(tried)]).toEqual(["tried skopeo began", "tried umoci began"]);
  });
});

describe("an archive of an image with", () => {
  const CANARY = "/srv/canary";
  const out = `${"../".repeat(12)}srv/canary`;
  const link = (path: string, target: string): TarEntry => ({ path, type: "symlink", target });
  const planted = (path: string): TarEntry => ({ path: `${path}/planted`, content: "x" });
  const attacks: Record<string, readonly (readonly TarEntry[])[]> = {
    "a hard link to the host": [[{ path: "own", type: "link", target: `${CANARY}/file` }]],
    "a hard link out": [
      [
        { path: "own", type: "link", target: `${out}/file` },
        { path: "own", content: "x" },
      ],
    ],
    "a hard link through a link": [[link("way", CANARY), { path: "own", type: "link", target: "way/file" }]],
    "a file through a link": [[link("way", CANARY), planted("way")]],
    "a file through a link out": [[link("way", out), planted("way")]],
    "a link of an earlier layer": [[link("way", CANARY)], [planted("way"), { path: "way/.wh.file" }]],
    "a link for a directory": [[planted("way")], [link("way", CANARY)], [planted("way"), { path: "way/.wh..wh..opq" }]],
    "an absolute name": [[planted(CANARY)]],
    "a name out": [[planted(out)]],
    "whiteouts out": [[{ path: `${out}/.wh.file` }, { path: `${CANARY}/.wh..wh..opq` }, { path: ".wh..." }]],
    "a file where a directory was": [[planted("way")], [{ path: "way", content: "x" }], [planted("way")]],
    "a link as its root": [[link("./", CANARY), link(".", CANARY), link("/", CANARY), planted(".")]],
    "fifos and devices": [
      [
        { path: "fifo", type: "fifo" },
        { path: "disk", type: "block", device: [254, 0], mode: 0o666 },
        ...["fifo/planted", "disk/planted"].map((path): TarEntry => ({ path, content: "x" })),
      ],
    ],
  };

  test.for(Object.entries(attacks))("%s: changes nothing of the host", async ([kind, layers]) => {
    await node.exec(`mkdir -p ${CANARY} && echo safe >${CANARY}/file`);
    const state = async () => (await node.exec(`cd ${CANARY} && stat -c '%n %h %a %u %Y %Z' . *; cat *`)).stdout;
    const before = await state();
    const name = kind.replaceAll(" ", "-");
    const image = await registry.push(`${name}:1`, { layers: [base, ...layers], config: SLEEP_CONFIG });
    await node.run(pod(node, name, { image, ...shell("cat /way/file /own") }, { restartPolicy: "Never" }));
    const { state: end } = await node.container(name, ({ state: seen }) => seen?.terminated ?? seen?.waiting?.message);
    // Either it ran, or the message says why not.
    expect(end?.terminated ? "cannot unpack: x" : end?.waiting?.message).toMatch(/cannot unpack: ./);
    expect(await node.log(name)).not.toContain("safe");
    expect(await state()).toBe(before);
  });
});
