import { resolve } from "node:path";
import { run } from "../support/run.ts";

export const HELPER = resolve("units/helpers/container/pod-network");
export const ARGS = "IgnoreUnknown=1;K8S_POD_NAME=web";

/** A plugin that records what it gets, and answers with the file of its name and command, or else with a result. */
const PLUGIN = `#!/bin/sh
name=\${0##*/} input=$(cat)
printf '{"call":"%s %s","id":"%s","netns":"%s","ifname":"%s","args":"%s","path":"%s","input":%s}\\n' \\
	"$CNI_COMMAND" "$name" "$CNI_CONTAINERID" "$CNI_NETNS" "$CNI_IFNAME" "$CNI_ARGS" "$CNI_PATH" "\${input:-null}" >>/run/calls
answer=/run/answers/$name.$CNI_COMMAND
[ ! -e "$answer" ] || exec sh "$answer"
[ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"1.0.0","ips":[{"address":"10.9.0.5/24"}],"from":"'"$name"'"}'
`;

export interface Call {
  readonly call: string;
  readonly id: string;
  readonly netns: string;
  readonly ifname: string;
  readonly args: string;
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const prepare = [
  "for place in /run /opt /var/lib; do mount -t tmpfs -o mode=755 none $place; done",
  // The kernel is that of this host.
  "mount -t tmpfs -o mode=755 none /usr/local/sbin; for each in modprobe ip; do printf '#!/bin/sh\\necho $0 \"$@\" >>/run/host\\n' >/usr/local/sbin/$each; done; chmod 755 /usr/local/sbin/*",
  "mkdir -p /run/answers /opt/cni/bin /var/lib/unitlet /run/unitlet/pods/u-1/sandbox",
  "cat >/opt/cni/bin/one; chmod 755 /opt/cni/bin/one; for each in two loopback; do ln /opt/cni/bin/one /opt/cni/bin/$each; done",
  "touch /run/unitlet/pods/u-1/sandbox/net; unshare --net=/run/unitlet/pods/u-1/sandbox/net true",
].join("; ");

/** Runs a script among empty directories. Returns what it prints, and how plugins were called, except for loopback. */
export async function on(script: string): Promise<{ readonly out: string; readonly calls: readonly Call[] }> {
  const text = `{ ${prepare}; } >&2; { ${script}; }; echo; echo CALLS; cat /run/calls`;
  const { stdout } = await run(["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", text], {
    stdin: PLUGIN,
  });
  const [out = "", calls = ""] = stdout.split("\nCALLS\n");
  const all = calls.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Call]));
  return { out: out.trimEnd(), calls: all.filter(({ call }) => !call.endsWith(" loopback")) };
}

/** Writes the file of the cluster's network as a run does. */
export const cluster = (version: string, one: object = {}, gc = "") => {
  const config = (type: string, more: object) => JSON.stringify({ type, name: "pods", cniVersion: version, ...more });
  const lines = ["pods", version, gc, "bGlzdA==", "one", "portMappings dns", config("one", one), "two", "bandwidth"];
  return `printf '%s\\n' ${[...lines, config("two", {})].map((line) => `'${line}'`).join(" ")} >/var/lib/unitlet/cluster-network`;
};

const PORTS = '[{"hostPort":80}]';
export const ADD = `sh ${HELPER} u-1 add '${ARGS}' capabilities portMappings '${PORTS}' bandwidth '{"ingressRate":1000}'`;
export const DEL = `sh ${HELPER} u-1 del`;
