import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Kubectl } from "../e2e/support/kubectl.ts";
import { installServingCertificate } from "../e2e/support/kubelet-client.ts";
import { pod, SLEEP } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { documentedExposures, measuredExposures } from "../support/unit-exposure.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attack-port");
  await installServingCertificate(node);
  await node.machine.write("/opt/ask", ASK, 0o755);
  await node.run(pod(node, "plain", SLEEP));
  await node.container("plain", ({ ready }) => ready);
  await node.exec("systemctl start unitlet-api-helper.socket");
});

afterAll(() => node[Symbol.asyncDispose]());

/** ask REQUEST [STRING]: sends a line and a string that ends with NUL to api-helper, and prints the answer. */
const ASK = `#!/usr/bin/perl
socket my $helper, 1, 1, 0 or die;
connect $helper, pack 'Sa*x', 1, '/run/unitlet/api-helper' or die "connect: $!\\n";
syswrite $helper, "$ARGV[0]\\n" . ( $ARGV[1] // '' ) . "\\0";
while ( sysread $helper, my $bytes, 1000 ) {
	print $bytes;
	syswrite $helper, "start\\n" if $bytes =~ /^pipes/;
}
`;

/** Commands that put a shell into the cgroup of the port, as a process is that has taken it over. */
const IN_PORT = `for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  group=$tree/system.slice/unitlet-api.service
  [ ! -e $tree/system.slice/cgroup.procs ] || { mkdir -p $group && echo $$ >$group/cgroup.procs; }
done;`;

const ask = async (as: string, ...words: string[]) =>
  (await node.machine.exec(["sh", "-c", `${as} exec /opt/ask "$@"`, "sh", ...words], { allowFailure: true })).stdout;

const refusals = async () => (await node.exec("journalctl -q -o cat -t unitlet-api-helper")).stdout;

describe("the helper that is root", () => {
  test("serves no other process, not even one of root's", async () => {
    expect(await ask("", `exec ${node.unit("plain")} o 0 0 3`, "id")).toBe("");
    const isRefused = async () => (await refusals()).includes("a process outside of unitlet-api.service has connected");
    await node.machine.until(isRefused, { what: "the refusal" });
  });

  test("cannot be reached by other users", async () => {
    const { stderr } = await node.machine.exec("setpriv --reuid=1234 --clear-groups /opt/ask x", {
      allowFailure: true,
    });
    expect(stderr).toBe("connect: Permission denied\n");
  });

  test("runs a command in a container for the port", async () => {
    const answer = await ask(IN_PORT, `exec ${node.unit("plain")} o 0 0 5`, "true");
    expect(answer).toMatch(/^pipes \/run\/unitlet\/exec\.\d+\nexited 0\n$/);
  });

  test.each([
    ["a service of the host", "exec systemd-journald.service o 0 0 3"],
    ["a service of the agent", "exec unitlet-sync.service o 0 0 3"],
    ["a path", "exec unitlet./../../../opt/x.service o 0 0 3"],
    ["an option", "exec --help o 0 0 3"],
    ["a line break", "exec unitlet.a.b.c.service\ro 0 0 3"],
    ["more words than there may be", "exec unitlet.a.b.c.service o 0 0 9999999"],
    ["the input of a unit that is not there", `input unitlet.a.b.c.service ${"0".repeat(32)}`],
    ["the terminal of a service of the host", "terminal dbus.service"],
    ["another cgroup", "listens system.slice 22"],
    ["a path of a cgroup", "listens unitlet.slice/../system.slice 22"],
    ["nothing", ""],
  ])("refuses %s", async (_, request) => {
    const before = (await refusals()).length;
    expect(await ask(IN_PORT, request, "id")).toBe("");
    const reason = async () => (await refusals()).slice(before);
    expect(await node.machine.until(reason, { what: "a refusal" })).toMatch(
      /^unitlet: (a request is |unitlet\.a\.b\.c)/,
    );
  });

  test("enters no unit that is no container", async () => {
    await node.machine.write("/etc/systemd/system/unitlet.a.b.c.service", "[Service]\nExecStart=sleep infinity\n");
    await node.exec("systemctl daemon-reload; systemctl start unitlet.a.b.c.service");
    const answer = await ask(IN_PORT, "exec unitlet.a.b.c.service o 0 0 3", "id");
    await node.exec("systemctl stop unitlet.a.b.c.service; rm /etc/systemd/system/unitlet.a.b.c.service");
    expect(answer).toMatch(/\nexited 125\n$/);
  });
});

describe("the process that reads the bytes of clients", () => {
  test("is not root, writes no file of the host and reads none of its passwords", async () => {
    const session = new Kubectl(node, ["exec", "-i", "plain", "--", "cat"]);
    session.type("ready\n");
    await session.waitForOutput(/ready/);
    const { stdout: pid } = await node.exec("systemctl show -P MainPID unitlet-api.service");
    const process = `/proc/${pid.trim()}`;
    const { stdout: status } = await node.exec(`grep -E '^(Uid|Cap...|NoNewPrivs|Seccomp):' ${process}/status`);
    // CAP_DAC_READ_SEARCH.
    expect(status.replace(/\s+/g, " ")).toMatch(
      /^Uid: (?!0 )(\d+) \1 \1 \1 CapInh: 0{15}4 CapPrm: 0{15}4 CapEff: 0{15}4 CapBnd: 0{15}4 CapAmb: 0{15}4 NoNewPrivs: 1 Seccomp: 2 $/,
    );
    const enter = `nsenter --mount=${process}/ns/mnt setpriv --reuid=$(stat -c %u ${process}) --clear-groups --inh-caps=+dac_read_search --ambient-caps=+dac_read_search`;
    const attempt = async (command: string) =>
      (await node.machine.exec(`${enter} sh -c '${command}'`, { allowFailure: true })).code === 0;
    expect({
      "its own cache": await attempt("touch /run/unitlet-api/x"),
      "state of a pod": await attempt("cat /run/unitlet/pods/*/*.started"),
      passwords: await attempt("test -s /etc/shadow && cat /etc/shadow"),
      "files of root": await attempt("ls /root/*"),
      "a unit": await attempt("touch /etc/systemd/system/x.service"),
      "a sync request": await attempt("touch /run/unitlet/sync-requested"),
      "a file below /tmp of the host": await attempt("ls /tmp/systemd-private-*"),
    }).toEqual({
      "its own cache": true,
      "state of a pod": true,
      passwords: false,
      "files of root": false,
      "a unit": false,
      "a sync request": false,
      "a file below /tmp of the host": false,
    });
    session.child.stdin?.end();
    expect((await session.ended).stdout.toString()).toBe("ready\n");
  });
});

test("container-log is out of reach of a container's root", async () => {
  // The capabilities of container runtimes: without a fence, ptrace's rule alone protects a process of the same user.
  const runtime =
    "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,audit_write,setfcap";
  const set = `-all,${runtime
    .split(",")
    .map((each) => `+${each}`)
    .join(",")}`;
  const writer = "exec >/run/unitlet/log/x.y; while echo; do sleep 0.5; done";
  await node.exec(`systemd-run --quiet --unit=writer -p Wants=unitlet-log@x.y.socket -p After=unitlet-log@x.y.socket \
    sh -c '${writer}'`);
  const pid = async () => (await node.exec("systemctl show -P MainPID unitlet-log@x.y.service")).stdout.trim();
  await node.machine.until(async () => (await pid()) !== "0", { what: "container-log" });
  const attempt = `setpriv --bounding-set=${set} --inh-caps=-all cat /proc/${await pid()}/environ`;
  const { code, stderr } = await node.machine.exec(attempt, { allowFailure: true });
  await node.exec("systemctl stop writer.service unitlet-log@x.y.socket unitlet-log@x.y.service");
  expect([code, stderr]).toEqual([1, expect.stringContaining("Permission denied")]);
});

test("each unit is as exposed as docs/security.md says", async () => {
  const measured = await measuredExposures(node.machine);
  if (measured !== undefined) expect(measured).toEqual(documentedExposures());
});
