import { readFileSync } from "node:fs";
import type { V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pod, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attack-removal", { timerInterval: "1s" });
  await node.kubectl("label", "namespace", node.namespace, "pod-security.kubernetes.io/enforce=restricted");
  await node.machine.write("/opt/exchange.pl", readFileSync("test/attacks/traps/exchange.pl", "utf8"));
  await node.exec("mkdir -p /srv/precious && cd /srv/precious && seq 400 | xargs touch");
});

afterAll(() => node[Symbol.asyncDispose]());

const RESTRICTED: V1SecurityContext = {
  ...{ runAsNonRoot: true, runAsUser: 4321, allowPrivilegeEscalation: false },
  ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
};

/** Runs a pod that fills an emptyDir. Returns the directory of the pod's files on the host. */
async function filled(name: string, script: string): Promise<string> {
  const container = {
    ...shell(`cd /run/e; ${script}; echo filled; exec sleep infinity`, { securityContext: RESTRICTED }),
    volumeMounts: [{ name: "e", mountPath: "/run/e" }],
  };
  await node.run(pod(node, name, container, { volumes: [{ name: "e", emptyDir: {} }] }));
  await node.machine.until(async () => (await node.log(name)).includes("filled"), { what: "the files" });
  return `/var/lib/unitlet/pods/${(await node.get(name))?.metadata?.uid}`;
}

async function isGone(directory: string): Promise<void> {
  await node.machine.until(
    async () => {
      const { stdout } = await node.exec(`find ${directory} 2>&1 | head -5; true`);
      return [stdout.includes("No such file"), stdout];
    },
    { what: "the pod's files to vanish" },
  );
  expect((await node.exec("ls /srv/precious | wc -l")).stdout).toBe("400\n");
}

test("files with names that are no text vanish with their pod", async () => {
  const names = String.raw`perl -e 'for my $n ("\xff\xfe", "a\nb", "\x01", "-rf", " ", "..\xc0") { mkdir "d$n"; open my $f, ">", "d$n/$n" }'`;
  const deep = `perl -e 'for (1 .. 3000) { mkdir "d" x 200; chdir "d" x 200 or last }'`;
  const directory = await filled("odd", `${names}; mkfifo fifo; ln -s loop loop; ln -s /srv/precious out; ${deep}`);
  await node.kubectl("delete", "pod", "odd", "--timeout=200s");
  await isGone(directory);
});

test("links that are exchanged while the pod is removed cost no file outside", async () => {
  const directory = await filled(
    "exchanged",
    "mkdir real; (cd real && seq 400 | xargs touch); ln -s /srv/precious link",
  );
  // A process that still has the directory open, by a descriptor that the pod has sent it.
  await node.exec(
    `systemd-run --collect --unit=exchange --property=User=4321 --property=RuntimeMaxSec=60 perl /opt/exchange.pl ${directory}/volumes/e || systemd-run --collect --unit=exchange --property=RuntimeMaxSec=60 perl /opt/exchange.pl ${directory}/volumes/e`,
  );
  await node.kubectl("delete", "pod", "exchanged", "--timeout=200s");
  await isGone(directory);
});
