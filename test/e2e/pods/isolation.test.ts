import type { V1PodSpec, V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";
import { isReady, waitForPods } from "../support/wait-for-pods.ts";

let node: Node;

const KEEPER = "sleep 7234";
/** Tries all the ways, as itself and as the other one's user. It is told the PIDs, since its /proc does not show them. */
const thief = (pids: string) => `exec 3>&1 >/tmp/found 2>/dev/null
cat /tmp/kept /var/tmp/kept /run/unitlet/pods/*/* /var/lib/unitlet/pods/*/*
find /tmp /var /run /srv -name kept -exec cat {} +
for pid in ${pids}; do
  for as in "" "setpriv --reuid=1001 --regid=1001 --clear-groups"; do
    root=/proc/$pid/root
    $as cat /proc/$pid/environ $root/tmp/kept $root/run/unitlet/env $root/var/run/names/name
    $as sh -c "kill -0 $pid && echo secret: signal"
    $as nsenter --target $pid --mount cat /tmp/kept
  done
  echo tried >&3
done
grep -ac -e secret -e kept-by /tmp/found >&3`;

function keeper(name: string, runAsUser: number): object {
  const item = { path: "name", fieldRef: { fieldPath: "metadata.name" } };
  const keep = shell(`echo secret >/tmp/kept; echo secret >/var/tmp/kept; exec ${KEEPER}`, {
    env: [{ name: "KEPT", value: "secret" }],
    securityContext: { runAsUser, runAsGroup: runAsUser },
    volumeMounts: [{ name: "names", mountPath: "/var/run/names" }],
  });
  return pod(node, name, keep, {
    volumes: [{ name: "names", projected: { sources: [{ downwardAPI: { items: [item] } }] } }],
  });
}

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "isolation");
  await node.run(keeper("kept-by-root", 0), keeper("kept-by-user", 1001));
  await waitForPods(node, ["kept-by-root", "kept-by-user"], isReady);
});

afterAll(() => node[Symbol.asyncDispose]());

describe("another pod's volumes, variables, files and processes are out of reach of", () => {
  const cases: readonly (readonly [string, V1SecurityContext, Partial<V1PodSpec>, unknown])[] = [
    ["root", {}, {}, "tried\ntried\n0\n"],
    ["another process of the same user", { runAsUser: 1001, runAsGroup: 1001 }, {}, "tried\ntried\n0\n"],
    // Which shows that the others have looked where there is something.
    [
      "nobody who asks for the host's processes, if it is root",
      {},
      { hostPID: true },
      expect.stringMatching(/^tried\ntried\n[1-9]/),
    ],
  ];

  test.for(cases)("%s", async ([, securityContext, spec, expected]) => {
    const name = `thief-${securityContext.runAsUser ?? "root"}${spec.hostPID ? "-host" : ""}`;
    // A container is ready before its shell has become the program.
    const found = async () => (await node.exec(`pgrep -fx "${KEEPER}"`)).stdout.trim().split("\n");
    await node.machine.until(async () => [(await found()).length === 2, await found()], { what: "both programs" });
    const pids = (await found()).join(" ");
    await node.run(pod(node, name, shell(thief(pids), { securityContext }), { restartPolicy: "Never", ...spec }));
    await node.until(name, (seen) => /Succeeded|Failed/.test(seen?.status?.phase ?? ""));
    expect(await node.log(name)).toEqual(expected);
  });
});

test("the host's processes are out of reach", async () => {
  const journald = (await node.exec("pgrep -of systemd-journald")).stdout.trim();
  const script = `exec 2>/dev/null
    pid=${journald}
    kill -0 1 || kill -0 $pid || ls /proc/1/root/ || cat /proc/1/environ /proc/$pid/environ || echo no $((pid > 1))`;
  await node.run(pod(node, "outside", shell(script), { restartPolicy: "Never" }));
  await node.until("outside", (seen) => seen?.status?.phase === "Succeeded");
  expect(await node.log("outside")).toBe("no 1\n");
});

test("a volume covers a file of the host, but not what the container is started from", async () => {
  const item = { path: "passwd", fieldRef: { fieldPath: "metadata.name" } };
  const volumes = [{ name: "users", downwardAPI: { items: [item] } }];
  const mounted = (mountPath: string) => ({ volumeMounts: [{ name: "users", mountPath, subPath: "passwd" }] });
  await node.run(
    pod(node, "covering", { ...shell("id"), ...mounted("/usr/bin") }, { volumes }),
    pod(node, "covered", shell("echo $(cat /etc/passwd); sleep infinity", mounted("/etc/passwd")), { volumes }),
  );
  await node.container("covered", ({ ready }) => ready);
  const said = async () => [(await node.log("covered")) === "covered\n", await node.log("covered")];
  await node.machine.until(said, { what: "what it reads" });
  const { state } = await node.container("covering", (status) => status.state?.waiting?.message !== undefined);
  expect(state?.waiting).toEqual({
    reason: "CreateContainerError",
    message:
      'spec.containers[main].volumeMounts[users].mountPath "/usr/bin" would cover /usr/bin, which the container is started from: use another path, or an image with files of its own',
  });
});

test("kubectl describe says of what cannot be had where it stands, why, and what to do", async () => {
  await node.run(
    pod(
      node,
      "refused",
      { securityContext: { procMount: "Default", capabilities: { add: ["FLY"] } } },
      { hostUsers: false },
    ),
  );
  await node.until("refused", (seen) => seen?.status?.phase === "Failed");
  const described = () => node.kubectl("describe", "pod", "refused");
  for (const words of [
    "spec.hostUsers cannot be honoured: on the host's files, users are the host's: remove the field, and set runAsUser to a number that no other pod uses",
    "spec.containers[main].securityContext.capabilities names FLY, which Linux does not have: write capabilities as capabilities(7) does, without CAP_",
  ])
    await node.machine.until(async () => [(await described()).includes(words), await described()], { what: words });
});
