import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programFiles } from "./program-files.ts";
import type { Registry } from "./registry.ts";
import { run } from "./run.ts";
import type { TarEntry } from "./tar.ts";

const script = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const IPTABLES = ["", "-save", "-restore"].flatMap((suffix) => [`iptables${suffix}`, `ip6tables${suffix}`]);

/** Pushes kube-proxy of the tested Kubernetes, with `nft` and `iptables` of this host. Returns the name for a pull. */
export async function pushKubeProxy(registry: Registry): Promise<string> {
  const program = (await run([script("control-plane/control-plane.sh"), "program", "kube-proxy"])).stdout.trim();
  const tools = ["/usr/sbin/nft", "/usr/sbin/xtables-nft-multi"];
  const link = (name: string): TarEntry => ({ path: `usr/sbin/${name}`, type: "symlink", target: "xtables-nft-multi" });
  const layers = [
    [...(await programFiles([...tools, ...(await extensions())])), ...IPTABLES.map(link)],
    [{ path: "usr/local/bin/kube-proxy", content: await readFile(program), mode: 0o755 }],
  ];
  return await registry.push("kube-proxy:1", { layers, config: { Env: ["PATH=/usr/local/bin:/usr/sbin:/usr/bin"] } });
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
