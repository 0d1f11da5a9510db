import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { install, type Node } from "../../support/node.ts";
import { run } from "../../support/run.ts";

export interface KubeletResponse {
  readonly status: number;
  readonly body: string;
}

/** Returns curl's options for the client certificate of the API server. */
export function asApiServer({ cluster }: Node): readonly string[] {
  const own = `${dirname(cluster.ca)}/kubelet-client`;
  return ["--cert", `${own}.crt`, "--key", `${own}.key`];
}

/** Sends a request to the kubelet API. The status is 0 without a complete response. */
export async function requestKubelet(
  node: Node,
  path: string,
  flags: readonly string[] = asApiServer(node),
): Promise<KubeletResponse> {
  const common = ["-q", "-sk", "--path-as-is", "-m", "60", "-w", "\n%{http_code}"];
  const url = `https://${node.machine.address}:10250${path}`;
  const { stdout, code } = await run(["curl", ...common, ...flags, url], { allowFailure: true, timeout: 90_000 });
  const end = stdout.lastIndexOf("\n");
  return { status: code === 0 ? Number(stdout.slice(end + 1)) : 0, body: stdout.slice(0, end) };
}

/** Waits until the process that serves the kubelet API has ended, with all processes that it has started. */
export async function waitForServerExit(node: Node): Promise<void> {
  const poll = async () => {
    const { stdout } = await node.exec("systemctl show -P ActiveState unitlet-api.service; pgrep -c journalctl || :");
    return [stdout === "inactive\n0\n", stdout];
  };
  await node.machine.until(poll, { what: "the end of the process behind the port" });
}

/**
 * Returns the memory in MiB of the process that serves the kubelet API and of all processes that it has started. `Pss_Anon`
 * counts their own memory, and `Pss` also their share of mapped files.
 */
export async function serviceMemory(node: Node, field: "Pss" | "Pss_Anon" = "Pss_Anon"): Promise<number> {
  const processes = '$(cat "/sys/fs/cgroup/systemd$(systemctl show -P ControlGroup unitlet-api)/cgroup.procs")';
  const script = `for p in ${processes}; do cat /proc/$p/smaps_rollup; done 2>/dev/null | awk '/^${field}:/ { sum += $2 } END { print sum }'`;
  return Number((await node.exec(script)).stdout) / 1024;
}

/** Installs a serving certificate of the cluster's CA, which the API server verifies. */
export async function installServingCertificate(node: Node): Promise<void> {
  const files = mkdtempSync(join(tmpdir(), "unitlet-serving-"));
  await node.cluster.servingCertificate(files, [node.machine.address, node.name]);
  for (const name of ["tls.crt", "tls.key"])
    await node.machine.write(`/etc/unitlet/${name}`, readFileSync(join(files, name)), 0o600);
  rmSync(files, { recursive: true });
  const settings = ["tlsCertFile=/etc/unitlet/tls.crt", "tlsPrivateKeyFile=/etc/unitlet/tls.key"];
  await install(
    node.machine,
    settings.flatMap((setting) => ["--set", setting]),
  );
  await waitForServerExit(node);
}
