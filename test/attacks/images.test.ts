import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ImageNode, SLEEP_CONFIG } from "../e2e/support/image-node.ts";
import { type Container, pod, shell } from "../e2e/support/manifests.ts";
import { pullFailure } from "../e2e/support/pull-failure.ts";
import { LyingRegistry } from "../support/lying-registry.ts";
import type { Node } from "../support/node.ts";
import { CREDENTIALS, type Descriptor, digestOf, Registry } from "../support/registry.ts";
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
    return `${SERVER}/${file}#${digestOf(bytes).replace(":", "=")}`;
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

describe("a private image, of which a stranger knows the digests,", () => {
  const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  let thief: LyingRegistry;
  let raw: string;
  let parts: { readonly config: Descriptor; readonly layers: readonly Descriptor[] };

  beforeAll(async () => {
    thief = await LyingRegistry.start(node.machine);
    const closed = await Registry.start(node.machine, { port: 5002, closed: true });
    const [user, password] = CREDENTIALS.split(":");
    const given = [`--docker-server=${closed.address}`, `--docker-username=${user}`, `--docker-password=${password}`];
    await node.kubectl("create", "secret", "docker-registry", "closed", ...given);
    const layers = [base, [{ path: "secret", content: "PRIVATE-LAYER" }]];
    const image = await closed.push("private:1", { layers, config: { ...SLEEP_CONFIG, Labels: { key: "PRIVATE" } } });
    await node.run(pod(node, "owner", { image }, { imagePullSecrets: [{ name: "closed" }] }));
    await node.container("owner", ({ state }) => state?.running);
    raw = (await node.exec(["skopeo", "inspect", "--raw", "--creds", CREDENTIALS, `docker://${image}`])).stdout;
    parts = JSON.parse(raw);
  });

  afterAll(() => thief[Symbol.asyncDispose]());

  /** Mounts an artifact whose only file is the blob, from a registry that does not have it. */
  async function steal(name: string, blob: Descriptor): Promise<void> {
    const config = { mediaType: "application/vnd.oci.empty.v1+json", digest: "", size: 2, data: "e30=" };
    const empty = await thief.manifest(`${name}:0`, { layers: [], config: {} });
    const body = JSON.stringify({
      ...{ schemaVersion: 2, mediaType: MANIFEST, config: { ...config, digest: empty.digest, size: empty.size } },
      layers: [{ ...blob, mediaType: "text/plain" }],
    });
    const image = { reference: thief.say(`${name}:1`, { mediaType: MANIFEST, body }) };
    const volumes = [{ name: "loot", image }];
    const container = {
      image: "host",
      ...shell("cat /run/loot/*"),
      volumeMounts: [{ name: "loot", mountPath: "/run/loot" }],
    };
    await node.run(pod(node, name, container, { volumes, restartPolicy: "Never" }));
  }

  test("is no file of its artifact", async () => {
    const digest = digestOf(Buffer.from(raw));
    const targets = {
      manifest: { mediaType: MANIFEST, digest, size: raw.length },
      config: parts.config,
      layer: parts.layers[1],
    };
    for (const [name, blob] of Object.entries(targets)) {
      if (blob === undefined) throw new Error(`the image has no ${name}`);
      await steal(`loot-${name}`, blob);
      const asked = async () => [thief.requests.includes(`GET /v2/loot-${name}/blobs/${blob.digest}`), thief.requests];
      await node.machine.until(asked, { what: "the pull to ask the thief's registry for the blob" });
    }
    const { stdout } = await node.exec("journalctl --namespace='*' -b -o cat -u 'unitlet.*loot*' | grep PRIVATE; :");
    expect(stdout).toBe("");
  });

  test("is not run by its manifest", async () => {
    const image = thief.say("copy:1", { mediaType: MANIFEST, body: raw });
    await node.run(pod(node, "copy", { image, ...shell("cat /secret") }, { restartPolicy: "Never" }));
    expect(await pullFailure(node, "copy")).toContain("404 (Not Found)");
  });
});
