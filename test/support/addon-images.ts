import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programFiles } from "./program-files.ts";
import { busybox, type Registry } from "./registry.ts";
import { run } from "./run.ts";
import type { TarEntry } from "./tar.ts";

const script = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const IPTABLES = ["", "-save", "-restore"].flatMap((suffix) => [`iptables${suffix}`, `ip6tables${suffix}`]);

/** Pushes kube-proxy of the tested Kubernetes, with `nft` and `iptables` of this host. Returns the name for a pull. */
export async function pushKubeProxy(registry: Registry): Promise<string> {
  const program = (await run([script("control-plane/control-plane.sh"), "program", "kube-proxy"])).stdout.trim();
  const layers = [
    await firewallTools(),
    [{ path: "usr/local/bin/kube-proxy", content: await readFile(program), mode: 0o755 }],
  ];
  return await registry.push("kube-proxy:1", { layers, config: { Env: ["PATH=/usr/local/bin:/usr/sbin:/usr/bin"] } });
}

async function firewallTools(): Promise<readonly TarEntry[]> {
  const tools = ["/usr/sbin/nft", "/usr/sbin/xtables-nft-multi"];
  const link = (name: string): TarEntry => ({ path: `usr/sbin/${name}`, type: "symlink", target: "xtables-nft-multi" });
  return [...(await programFiles([...tools, ...(await extensions())])), ...IPTABLES.map(link)];
}

/** The shared objects that `iptables` loads for matches and targets. */
async function extensions(): Promise<readonly string[]> {
  const directory = (await run(["sh", "-c", "echo /usr/lib/*/xtables"])).stdout.trim();
  return (await readdir(directory)).filter((name) => name.endsWith(".so")).map((name) => join(directory, name));
}

/**
 * Pushes CoreDNS as its Dockerfile packs it (v1.15.0): a user without rights, and the right to listen at port 53 as a
 * capability of the file. Returns the name for a pull.
 */
export async function pushCoreDNS(registry: Registry): Promise<string> {
  const files = await mkdtemp(join(tmpdir(), "unitlet-coredns-"));
  await cp((await run([script("coredns/build.sh")])).stdout.trim(), join(files, "coredns"));
  await run(["setcap", "cap_net_bind_service=+ep", join(files, "coredns")]);
  const archive = `${files}.tar`;
  const xattrs = ["--format=posix", "--xattrs", "--xattrs-include=security.capability"];
  await run(["tar", ...xattrs, "--owner=0", "--group=0", "-C", files, "-cf", archive, "coredns"]);
  const layer = await readFile(archive);
  await rm(files, { recursive: true });
  await rm(archive);
  return await registry.push("coredns:1", {
    layers: [layer],
    config: { User: "65532:65532", WorkingDir: "/", Entrypoint: ["/coredns"] },
  });
}

/** The images of flannel's manifest, as names for a pull. */
export interface FlannelImages {
  readonly flannel: string;
  /** The one with `cp`, and with the CNI plugin as `/flannel`. */
  readonly plugin: string;
}

/** Pushes flannel with the tools of this host, and its CNI plugin. */
export async function pushFlannel(registry: Registry): Promise<FlannelImages> {
  const built = (await run([script("flannel/build.sh")])).stdout.trim();
  const program = async (path: string, name: string): Promise<TarEntry> => ({
    path,
    content: await readFile(join(built, name)),
    mode: 0o755,
  });
  const own = [await program("opt/bin/flanneld", "flanneld"), await program("opt/bin/install-conf", "install-conf")];
  const copy: TarEntry = { path: "bin/cp", type: "symlink", target: "busybox" };
  const config = { Env: ["PATH=/usr/sbin:/usr/bin:/bin"] };
  return {
    flannel: await registry.push("flannel:1", { layers: [await firewallTools(), own], config }),
    plugin: await registry.push("flannel-cni-plugin:1", {
      layers: [await busybox(), [copy, await program("flannel", "flannel")]],
      config,
    }),
  };
}

/**
 * Pushes kube-router as its Dockerfile packs it (v2.1.0): with the tools of this host, its script `cni-install`, and the plugins that
 * the script copies. Returns the name for a pull.
 */
export async function pushKubeRouter(registry: Registry): Promise<string> {
  const built = (await run([script("kube-router/build.sh")])).stdout.trim();
  const applet = (path: string): TarEntry => ({ path, type: "symlink", target: "/bin/busybox" });
  const file = async (path: string, from: string): Promise<TarEntry> => ({
    path,
    content: await readFile(from),
    mode: 0o755,
  });
  const plugins = ["bridge", "portmap", "host-local", "loopback"];
  const own = await Promise.all([
    file("usr/local/bin/kube-router", join(built, "kube-router")),
    file("usr/local/bin/cni-install", join(built, "cni-install")),
    ...plugins.map((name) => file(`usr/libexec/cni/${name}`, `/usr/lib/cni/${name}`)),
    // kube-router appends its own table.
    file("etc/iproute2/rt_tables", "/etc/iproute2/rt_tables"),
  ]);
  const tools = await programFiles(["/usr/bin/bash", "/usr/bin/install", "/usr/bin/ip", "/usr/sbin/ipset"]);
  const applets = ["bin/cp", "bin/mv", "usr/bin/env", "usr/sbin/modprobe"].map(applet);
  return await registry.push("kube-router:1", {
    layers: [[...(await busybox()), ...applets], [...(await firewallTools()), ...tools], own],
    config: { Env: ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin"], Entrypoint: ["/usr/local/bin/kube-router"] },
  });
}
