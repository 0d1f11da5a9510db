import type { V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pod, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attack-processes", { timerInterval: "1s" });
  await node.kubectl("label", "namespace", node.namespace, "pod-security.kubernetes.io/enforce=baseline");
  await node.exec("systemd-run --collect --unit=victim sleep 7654");
  await node.exec("echo key >/etc/ssh/ssh_host_test_key; chmod 600 /etc/ssh/ssh_host_test_key; echo word >/root/note");
  for (const [name, securityContext] of USERS)
    await node.run(pod(node, name, shell("sleep infinity", { securityContext })));
  for (const [name] of USERS) await node.container(name, ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

const RESTRICTED: V1SecurityContext = {
  ...{ runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false },
  ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
};
const USERS = [
  ["restricted", RESTRICTED],
  ["root", {} as V1SecurityContext],
] as const;

/** Runs a script in a container as exec, hooks and probes do. Returns all of its output. */
async function entered(name: string, script: string): Promise<string> {
  const words = ["/usr/local/lib/unitlet/container-enter", node.unit(name), "--", "sh", "-c", `(${script}) 2>&1; :`];
  return (await node.exec(words)).stdout;
}

/** Runs a script as a container's own program. */
async function started(name: string, script: string, securityContext: V1SecurityContext): Promise<string> {
  await node.run(pod(node, name, shell(`(${script}) 2>&1; echo end`, { securityContext }), { restartPolicy: "Never" }));
  await node.container(name, ({ state }) => state?.terminated);
  return await node.log(name);
}

test("a terminal is opened only where a container has the device that makes terminals", async () => {
  const put = "umount /dev/pts; mount -t tmpfs -o rw own /dev/pts; mkfifo /dev/pts/ptmx; echo put; exec sleep infinity";
  await node.kubectl(
    "label",
    "--overwrite",
    "namespace",
    node.namespace,
    "pod-security.kubernetes.io/enforce=privileged",
  );
  await node.run(pod(node, "own-terminals", shell(put, { securityContext: { privileged: true } })));
  await node.kubectl(
    "label",
    "--overwrite",
    "namespace",
    node.namespace,
    "pod-security.kubernetes.io/enforce=baseline",
  );
  await node.machine.until(async () => (await node.log("own-terminals")).includes("put"), { what: "the fifo" });
  const enter = `/usr/local/lib/unitlet/container-enter ${node.unit("own-terminals")} -- true`;
  const { stdout } = await node.exec(`timeout 50 script --quiet --command "${enter}" /dev/null </dev/null || :`);
  expect(stdout).toContain("the container has no terminals: its /dev/pts/ptmx is another file");
});

describe.each(USERS)("%s", (user, securityContext) => {
  const mainOf = (unit: string) => node.exec(`systemctl show --value --property=MainPID ${unit}`);

  test("no process of the host can be signalled, by the container or by exec", async () => {
    const pid = (await mainOf("victim")).stdout.trim();
    const script = `kill -0 ${pid}; kill -0 1; kill -9 ${pid}`;
    const refused = /Operation not permitted|No such process/g;
    expect((await entered(user, script)).match(refused)).toHaveLength(3);
    expect((await started(`signals-${user}`, script, securityContext)).match(refused)).toHaveLength(3);
    expect((await mainOf("victim")).stdout.trim()).toBe(pid);
  });

  test("limits of other processes of its user cannot be changed", async () => {
    const uid = user === "root" ? 0 : 1000;
    const victim = `limits-of-${user}`;
    await node.exec(`systemd-run --collect --unit=${victim} setpriv --reuid=${uid} --clear-groups sleep 7655`);
    const pid = (await mainOf(victim)).stdout.trim();
    const script = `prlimit --pid ${pid} --nofile=3:3; sh -c 'ulimit -n 99 && prlimit --nofile=98:98 true' && echo own`;
    for (const said of [await entered(user, script), await started(`limits-${user}`, script, securityContext)])
      expect(said).toMatch(/Operation not permitted\nown\n/);
    expect((await node.exec(`grep 'Max open files' /proc/${pid}/limits`)).stdout).not.toMatch(/ 3 /);
  });

  test("a mount that the host makes later is not seen", async () => {
    await node.exec(
      `mkdir -p /mnt/late-${user} && mount -t tmpfs late /mnt/late-${user} && chmod 777 /mnt/late-${user}`,
    );
    expect(await entered(user, `echo x >/mnt/late-${user}/file && echo written`)).not.toContain("written");
    expect((await node.exec(`ls /mnt/late-${user}; umount /mnt/late-${user}`)).stdout).toBe("");
  });

  test("no process of another container can be signalled or seen", async () => {
    const other = user === "root" ? "restricted" : "root";
    const pid = (await mainOf(node.unit(other))).stdout.trim();
    expect(await entered(user, `kill -0 ${pid} || ls /proc/${pid}/`)).toMatch(
      /not permitted[\s\S]*No such file|cannot access/,
    );
  });

  test("/proc shows only its own processes, and so their scores and arguments", async () => {
    const pid = (await mainOf("victim")).stdout.trim();
    expect(await entered(user, `cat /proc/${pid}/cmdline; echo 1000 >/proc/${pid}/oom_score_adj`)).not.toContain(
      "7654",
    );
    expect((await node.exec(`cat /proc/${pid}/oom_score_adj`)).stdout).toBe("0\n");
    expect(
      await started(`proc-${user}`, "ls -d /proc/[0-9]* | wc -l | xargs test 10 -gt && echo few", securityContext),
    ).toBe("few\nend\n");
  });

  test("terminals of the host are out of reach", async () => {
    await node.exec(
      `systemd-run --collect --unit=terminal-${user} setpriv --reuid=1000 --clear-groups script --quiet --command 'sleep 600' /dev/null`,
    );
    await node.machine.until(() => node.exec("ls /dev/pts/[0-9]*"), { what: "a terminal of the host" });
    expect(await entered(user, "ls /dev/pts; for t in /dev/pts/[0-9]*; do echo stolen >$t; done")).not.toMatch(
      /^[0-9]/m,
    );
  });

  test("what only root of the host may read is hidden", async () => {
    const files =
      "/etc/shadow /etc/gshadow /etc/ssh/ssh_host_*_key /root/* /var/log/journal/* /etc/unitlet/* /var/lib/unitlet/* /var/lib/systemd/*";
    const script = `for file in ${files}; do [ ! -s "$file" ] || echo "seen: $file"; done`;
    expect(await started(`hidden-${user}`, script, securityContext)).toBe("end\n");
    expect(await entered(user, script)).toBe("");
  });

  test("many enter at once", async () => {
    const one = `/usr/local/lib/unitlet/container-enter ${node.unit(user)} -- true || echo failed`;
    expect((await node.exec(`for i in 1 2 3 4 5 6 7 8; do (${one}) & done; wait`)).stdout).toBe("");
  });

  test("exec has the container's capabilities, no_new_privs and system call filter", async () => {
    const rights = "grep -E '^(Cap...|NoNewPrivs|Seccomp):' /proc/self/status";
    expect(await entered(user, rights)).toBe(
      (await started(`rights-${user}`, rights, securityContext)).replace("end\n", ""),
    );
  });

  test("no namespace and no mount can be made under the runtimes' profile, by the container or by exec", async () => {
    const script = "unshare --user true || unshare --mount true || echo none";
    const filtered = { ...securityContext, seccompProfile: { type: "RuntimeDefault" } };
    expect(await started(`namespaces-${user}`, script, filtered)).toContain("none\nend\n");
    if (user === "restricted") expect(await entered(user, script)).toContain("none\n");
  });
});
