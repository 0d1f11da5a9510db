import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ImageNode, SLEEP_CONFIG } from "../e2e/support/image-node.ts";
import { type Container, pod, shell } from "../e2e/support/manifests.ts";
import type { Node } from "../support/node.ts";
import type { Registry } from "../support/registry.ts";
import { type TarEntry, tar } from "../support/tar.ts";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

const SERVER = "https://127.0.0.1:8443";
const CERTIFICATE =
  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=files -addext subjectAltName=IP:127.0.0.1 -keyout key -out cert -days 2 2>&1";

beforeAll(async () => {
  ({ node, registry, base } = await ImageNode.start("attack-images", { timerInterval: "1s" }));
  await node.exec(
    `mkdir -p /srv/www && cd /srv/www && ${CERTIFICATE} && cat cert >>/etc/ssl/certs/ca-certificates.crt`,
  );
  await node.exec(
    "systemd-run --quiet --unit=files --working-directory=/srv/www openssl s_server -accept 8443 -WWW -cert cert -key key",
  );
});

afterAll(() => node[Symbol.asyncDispose]());

/** Runs a pod to its end, or until it has failed to start often enough. */
async function attempt(name: string, image: string, container: Partial<Container> = shell("echo started")) {
  await node.run(pod(node, name, { image, ...container }, { restartPolicy: "Never" }));
  const { state } = await node.container(name, (seen) => seen.state?.terminated);
  return { ...state?.terminated, log: await node.log(name) };
}

describe("a VOLUME of an image", () => {
  const ways = ["$" + "{N}", "$N"].map((variable) => `/${Array(8).fill(`${variable}..`).join("/")}/run/made-by-image`);

  test.for(ways)("%s: makes no directory of the host", async (path) => {
    const config = { ...SLEEP_CONFIG, Volumes: { [path]: {} } };
    const name = `volume-${ways.indexOf(path)}`;
    const image = await registry.push(`${name}:1`, { layers: [base], config });
    const securityContext = { readOnlyRootFilesystem: true };
    await attempt(name, image, { ...shell("echo started"), securityContext });
    expect((await node.exec("ls -d /run/made-by-image 2>&1 || :")).stdout).toContain("No such file");
  });

  test("that is below the root stays writable", async () => {
    const config = { ...SLEEP_CONFIG, Volumes: { "/data/a b/c": {}, "/tmp": {} } };
    const image = await registry.push("volume-good:1", { layers: [base], config });
    const securityContext = { readOnlyRootFilesystem: true };
    const { log } = await attempt("volume-good", image, {
      ...shell("touch '/data/a b/c/x' /tmp/x && echo written; touch /x 2>&1 | grep -c Read-only"),
      securityContext,
    });
    expect(log).toBe("written\n1\n");
  });
});

describe("an archive with nothing but usr, which is", () => {
  const serve = async (file: string, entries: readonly TarEntry[]) => {
    const bytes = tar(entries);
    await node.machine.write(`/srv/www/${file}`, bytes);
    return `${SERVER}/${file}#sha256=${createHash("sha256").update(bytes).digest("hex")}`;
  };
  const payloads = async () => (await node.exec("ls /var/lib/unitlet/images/trees/*/payload 2>/dev/null || :")).stdout;

  test.for<[string, TarEntry]>([
    ["a link to a directory of the host", { path: "usr", type: "symlink", target: "/srv/trap" }],
    ["a link out", { path: "usr", type: "symlink", target: "../../../../../../../srv/trap" }],
    ["a file", { path: "usr", content: "x" }],
  ])("%s: is not laid over the host's", async ([kind, entry]) => {
    await node.exec("mkdir -p /srv/trap/bin");
    const name = kind.replaceAll(" ", "-");
    await attempt(name, await serve(`${name}.tar`, [entry]), { command: ["/usr/bin/true"] });
    expect(await payloads()).toBe("");
  });

  test("a link that another pod exchanges: executes nothing as root", async () => {
    const program = "#!/bin/sh\ntouch /etc/made-by-archive\nexit 1\n";
    for (const path of ["crun", "mount", "mkdir", "sed", "cat", "rm", "stat"])
      await node.machine.write(`/srv/evil/bin/${path}`, program, 0o755);
    const swap =
      'perl -e \'while(1){unlink"/srv/n";symlink"/usr","/srv/n";rename"/srv/n","/srv/way";symlink"/srv/evil","/srv/n";rename"/srv/n","/srv/way"}\'';
    await node.machine.write("/srv/swap", `#!/bin/sh\nexec ${swap}\n`, 0o755);
    await node.exec("systemd-run --quiet --unit=swap /srv/swap");
    const image = await serve("swap.tar", [{ path: "usr", type: "symlink", target: "/srv/way" }]);
    const containers = Array.from({ length: 8 }, (_, at) => ({ name: `c${at}`, image, command: ["/usr/bin/true"] }));
    await node.run(pod(node, "swap", containers, { restartPolicy: "Never" }));
    for (const { name } of containers) await node.container("swap", (seen) => seen.state?.terminated, name);
    await node.exec("systemctl stop swap");
    expect((await node.exec("ls /etc/made-by-archive 2>&1 || :")).stdout).toContain("No such file");
    expect(await payloads()).toBe("");
  });
});
