import { afterAll, beforeAll, expect, test } from "vitest";
import { namesUsedByPods } from "../support/installed-files.ts";
import { Machine } from "../support/machine.ts";
import { putClone } from "../support/put-files.ts";

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  # A kernel without Landlock refuses root.
  securityContext: {runAsUser: 65534}
  containers:
  - {name: main, image: host, command: [sleep, "1000"], volumeMounts: [{name: host, mountPath: /run/part, subPath: part}]}
  volumes: [{name: host, hostPath: {path: /srv/host}}]
`;
const UNIT = "unitlet.default.web.main.service";

let machine: Machine;
let before: string;

beforeAll(async () => {
  machine = await Machine.boot("install", { net: "private" });
  before = await files();
  await putClone(machine, "/root/clone");
  await machine.write("/etc/systemd/system/unitlet.not-ours.service", "[Service]\nExecStart=/bin/sleep 1000\n");
  // A disk of its own.
  await machine.exec("mkdir /var/lib/unitlet && mount -t tmpfs tmpfs /var/lib/unitlet");
});

afterAll(() => machine[Symbol.asyncDispose]());

test("it installs, starts, and says where to look", async () => {
  const { stdout } = await install("--node-name node-a", "--set watch=no", "--set 'nodeLabels=rack=7,disk=ssd'");
  expect(stdout).toContain("node node-a, standalone");
  expect(stdout).toMatch(/First run +\d+ s/);
  const { stdout: timers } = await machine.exec("systemctl list-timers --no-legend unitlet-sync.timer");
  expect(timers).toContain("unitlet-sync.service");
  expect((await machine.exec("systemctl is-active unitlet-sync.timer unitlet-sync.path")).stdout).toBe(
    "active\nactive\n",
  );
  expect((await machine.exec("stat -c '%a %n' /run/unitlet /var/lib/unitlet /var/cache/unitlet")).stdout).not.toMatch(
    /^[^7]|^7[^0]/m,
  );
  // The mask of the caller is 077.
  const shared =
    "/usr/local/lib /usr/local/lib/systemd/system /usr/local/lib/unitlet /usr/local/bin/unitlet /etc/unitlet";
  const closed = `find ${shared} /etc/unitlet/manifests -maxdepth 0 -not -perm -755; find /usr/local/lib -type f -not -perm -644`;
  expect((await machine.exec(closed)).stdout).toBe("");
});

test("a touch of the doorbell is heard at once, and nothing of the manager's environment reaches a run", async () => {
  await machine.exec("systemctl set-environment NODE_OPTIONS=--no-such-flag NODE_EXTRA_CA_CERTS=/nonexistent");
  await machine.exec("touch /run/unitlet/sync-requested");
  const over = async () => {
    const { stdout } = await machine.exec(
      "ls /run/unitlet/sync-requested; systemctl show -P ActiveState -P ExecMainStatus unitlet-sync",
      { allowFailure: true },
    );
    return [/^(inactive|failed)$/m.test(stdout) && !stdout.includes("sync-requested"), stdout];
  };
  expect(await machine.until(over, { what: "a run" })).toEqual([true, "0\ninactive\n"]);
  await machine.exec("systemctl unset-environment NODE_OPTIONS NODE_EXTRA_CA_CERTS");
});

test("a doorbell that cannot be started ends the installation, with a word", async () => {
  const dropIn = "/run/systemd/system/unitlet-sync.path.d";
  await machine.exec("systemctl stop unitlet-sync.path");
  await machine.write(`${dropIn}/broken.conf`, "[Unit]\nRequires=no-such.service\n");
  const { code, stderr } = await install({ allowFailure: true });
  expect(code).toBe(1);
  expect(stderr).toMatch(/no-such\.service not found.*\ninstall\.sh: unitlet-sync\.timer, .*cannot be started/s);
  await machine.exec(`rm -r ${dropIn}; systemctl daemon-reload`);
  await install();
  expect((await machine.exec("systemctl is-active unitlet-sync.path")).stdout).toBe("active\n");
});

test("settings of an earlier installation stay, a bad one is refused by name and not kept", async () => {
  const settings = "/etc/unitlet/unitlet.conf.d/50-install.conf";
  await install("--set maxPods=50", "--set watch=yes");
  const good = await machine.read(settings);
  expect(good).toMatch(/\nnodeName = node-a\nnodeLabels = rack=7,disk=ssd\nmaxPods = 50\nwatch = yes\n$/);
  for (const bad of ["maxPods=many", "maxpods=5"]) {
    const refused = await install(`--set ${bad}`, { allowFailure: true });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(bad.split("=")[0]);
    expect(await machine.read(settings)).toBe(good);
  }
  expect((await machine.exec(`ls ${settings.replace(/[^/]*$/, "")}`)).stdout).toBe("50-install.conf\n");
});

test("an upgrade replaces what changed, keeps the configuration and restarts no pod", async () => {
  await machine.write("/srv/host/part/kept", "kept\n");
  await machine.write("/etc/unitlet/manifests/web.yaml", POD);
  await machine.exec("echo '# mine' >>/etc/unitlet/unitlet.conf");
  const pid = await machine.until(mainPid, { what: "the container" });
  await machine.exec(
    `cd /root/clone && echo '// new' >>dist/sync.cjs && sed -i s/=5s/=2s/ units/systemd/unitlet-sync.timer && touch dist/gone.cjs`,
  );
  const { stdout } = await install();
  expect(stdout).toMatch(
    /^Put into place: (?=.*sync\.cjs)(?=.*unitlet-sync\.timer)(?!.*(node|work\.cjs|unitlet\.conf))/m,
  );
  expect(await mainPid()).toBe(pid);
  expect(await machine.read("/etc/unitlet/unitlet.conf")).toMatch(/# mine\n$/);
  expect((await machine.exec("systemctl show -P TimersMonotonic unitlet-sync.timer")).stdout).toContain(
    "OnUnitInactiveUSec=2s",
  );
  expect((await install()).stdout).toContain("Put into place: nothing");
});

test("--uninstall --keep-pods leaves the containers to systemd, which restarts them; another install takes them over", async () => {
  const pid = await mainPid();
  await uninstall("--yes", "--keep-pods");
  const left = (await machine.exec("cd /usr/local/lib && find unitlet systemd -type f -printf '%f\n'")).stdout;
  expect(left.split("\n").toSorted().slice(1)).toEqual(namesUsedByPods());
  expect(await mainPid()).toBe(pid);
  await machine.exec(["systemctl", "kill", "--signal=KILL", UNIT]);
  const again = await machine.until(async () => (await mainPid()).replace(pid, ""), { what: "the container again" });
  await install();
  await machine.exec("systemctl start unitlet-sync");
  expect(await mainPid()).toBe(again);
});

test("--uninstall asks, then leaves nothing behind but what is not ours", async () => {
  const refused = await uninstall({ allowFailure: true });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("--yes") });
  expect(await mainPid()).not.toBe("");
  await machine.exec("mkdir /usr/local/lib/unitlet/busy && mount -t tmpfs tmpfs /usr/local/lib/unitlet/busy");
  const removed = await uninstall("--yes", { allowFailure: true });
  expect(removed).toMatchObject({ code: 1, stdout: expect.stringMatching(/Some of it remains:\n.*unitlet\/busy/) });
  expect(removed.stdout).toContain("/var/lib/unitlet is empty and stays, because it is a mount point.");
  await machine.exec("cd /usr/local/lib; umount unitlet/busy /var/lib/unitlet; rm -r unitlet /var/lib/unitlet");
  const known = async () => (await machine.exec("systemctl list-units --all --plain --no-legend 'unitlet*'")).stdout;
  await machine.until(async () => [(await known()) === "", await known()], { what: "no unit of ours" });
  await machine.exec("rm /etc/systemd/system/unitlet.not-ours.service");
  await machine.until(async () => (await files()) === before, { what: "no file of ours" });
  await machine.until(() => machine.exec("systemctl is-system-running"), { what: "nothing that has failed" });
});

test("what pods have mounted from the host is as it was", async () => {
  expect(await machine.read("/srv/host/part/kept")).toBe("kept\n");
});

test("DESTDIR and PREFIX: a tree for a package, and nothing is started", async () => {
  const others = await files();
  await machine.exec("cd /root/clone && PREFIX=/usr DESTDIR=/root/package ./install.sh --from dist");
  const { stdout } = await machine.exec("cd /root/package && find . -type f | sort");
  expect(stdout).toContain("./etc/unitlet/unitlet.conf\n./usr/bin/unitlet\n");
  expect(stdout).toContain("./usr/lib/systemd/system/unitlet-sync.path\n");
  expect(
    (await machine.exec("grep -rIl /usr/local/lib/unitlet /root/package", { allowFailure: true })).stdout,
  ).not.toMatch(/^(?!.*\.cjs$)./m);
  expect(await files()).toBe(others);
});

test("what the host or a join lacks is named before anything is installed, with the way to get it", async () => {
  const without = async (broken: string, as = "") =>
    (
      await machine.exec(["sh", "-c", `cd /root/clone && unshare --mount ${as} sh -c '${broken}; ./install.sh'`], {
        allowFailure: true,
      })
    ).stderr;
  const hide = (path: string) => `mount -t tmpfs none ${path}`;
  const tokenless = await install("--server https://192.0.2.1:6443", { allowFailure: true });
  expect(tokenless).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("the token is missing") });
  expect(await without(hide("/run/dbus"))).toMatch(/D-Bus.*apt-get install dbus/);
  expect(await without(hide("/run/systemd"))).toMatch(/PID 1 is systemd, and unitlet needs systemd there.*--sandbox/);
  const lock = (path: string) => `mount --bind ${path} ${path} && mount -o remount,bind,ro ${path}`;
  expect(await without(lock("/etc"))).toMatch(/\/etc\/unitlet is read-only: mount a writable file system there/);
  expect(await without(lock("/usr"))).toMatch(/\/usr\/local is read-only: .*PREFIX=\/opt/);
  expect(
    await without(
      'mkdir -p /tmp/old && echo "echo systemd 249" >/tmp/old/systemctl && chmod +x /tmp/old/systemctl; PATH=/tmp/old:$PATH',
    ),
  ).toMatch(/systemd is 249: unitlet needs 250/);
});

type Options = { readonly allowFailure: boolean };

function install(...options: (string | Options)[]) {
  return script("--from dist", ...options);
}

function uninstall(...options: (string | Options)[]) {
  return script("--uninstall", ...options);
}

function script(...options: (string | Options)[]) {
  const words = options.filter((option) => typeof option === "string");
  const [settings] = options.filter((option) => typeof option === "object");
  return machine.exec(`umask 077; cd /root/clone && ./install.sh ${words.join(" ")}`, {
    ...settings,
    timeout: 120_000,
  });
}

async function mainPid(): Promise<string> {
  const pid = (await machine.exec(["systemctl", "show", "-P", "MainPID", UNIT])).stdout.trim();
  return pid === "0" ? "" : pid;
}

/**
 * Everything that an installation could leave behind; not the files of udev, nor the key that systemd makes for itself when
 * something is first sealed, nor its directory for the stamps of timers. find(1) fails when another program removes a file meanwhile.
 */
async function files(): Promise<string> {
  const others = ["/run/systemd/*", "/run/log/*", "/run/nscd*", "/run/udev/*", "/var/lib/systemd/credential.secret"];
  const conditions = [...others, "/var/lib/systemd/timers"].flatMap((path) => ["-not", "-path", path]);
  const places = ["/etc", "/usr/local", "/var/lib", "/var/cache", "/run"];
  const { stdout } = await machine.exec(["find", ...places, "-xdev", ...conditions], { allowFailure: true });
  return stdout.split("\n").toSorted().join("\n");
}
