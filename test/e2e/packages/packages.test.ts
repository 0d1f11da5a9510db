import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { DebArchive } from "../../support/debs.ts";
import { Node } from "../../support/node.ts";
import { APT_TIMEOUT_MS, addTinyd, deb, debsOf, service } from "../support/debs.ts";
import { eventsOf } from "../support/events.ts";
import { pod, SLEEP } from "../support/manifests.ts";

vi.setConfig({ testTimeout: APT_TIMEOUT_MS });

let node: Node;
let archive: DebArchive;
let see: ReturnType<typeof debsOf>;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "image-debs", { timerInterval: "1s", settings: { packages: "any" } });
  see = debsOf(node);
  archive = await DebArchive.start(node.machine);
  await addTinyd(archive);
});

afterAll(() => node[Symbol.asyncDispose]());

describe("the package's own unit", () => {
  test("is what the container runs, and its service stays off", async () => {
    await node.run(pod(node, "tinyd", deb("deb://tinyd")));
    expect(await see.runs("tinyd")).toMatchObject({ imageID: "deb://tinyd:all=1.0", restartCount: 0 });
    expect(await see.said("tinyd", 7)).toEqual([
      "tinyd",
      "words --name tinyd two words -a -b",
      "greeting hello",
      "files 4321",
      "runtime /run/tinyd state /var/lib/tinyd",
      "writable",
      "read-only",
    ]);
    expect(await node.show("tinyd", "Type")).toBe("notify");
    expect(await see.state("tinyd.service")).toEqual(["inactive", "disabled"]);
    // Neither is anything left that would keep others from starting services.
    expect((await node.exec("ls /usr/sbin/policy-rc.d 2>&1 || true")).stdout).toContain("No such file");
    const took = "[0-9.]+m?s";
    const pulled = `^Pulled: Successfully pulled image "deb://tinyd" in ${took} \\(${took} including waiting\\)\\. Image size: 1048576 bytes\\.$`;
    const poll = async () => {
      const all = await eventsOf(node, "tinyd");
      return [all.some((each) => each.startsWith("Started: ")), all] as const;
    };
    const [, all] = await node.machine.until(poll, { what: "the container's Events" });
    expect(all).toEqual(
      expect.arrayContaining(['Pulling: Pulling image "deb://tinyd"', expect.stringMatching(pulled)]),
    );
  });

  test("takes the pod's args and variables", async () => {
    const env = [{ name: "OPTIONS", value: "of the pod" }];
    await node.run(pod(node, "args", deb("deb://tinyd", { args: ["--more", "a b"], env })));
    await see.runs("args");
    expect((await see.said("args", 2))[1]).toBe("words --name tinyd two words of the pod --more a b");
  });

  test("is refused when a command has all rights", async () => {
    await archive.add({
      name: "tiny-root",
      files: {
        "/usr/bin/tiny-root": "#!/bin/sh\nexec sleep 1000\n",
        "/lib/systemd/system/tiny-root.service": service("/usr/bin/tiny-root", "ExecStartPre=+/bin/touch /etc/pwned\n"),
      },
    });
    await node.run(pod(node, "rights", deb("deb://tiny-root")));
    const { state } = await node.container("rights", (each) => each.state?.waiting?.reason === "CreateContainerError");
    expect(state?.waiting?.message).toContain("has ExecStartPre=+…, with rights or a name");
    expect((await node.exec("ls /etc/pwned 2>&1; true")).stdout).toContain("No such file");
  });

  test("gives way to the pod's user, command and hooks", async () => {
    await archive.add({
      name: "tiny-simple",
      files: {
        "/usr/bin/tiny-simple": "#!/bin/sh\nid -u\nexec sleep 1000\n",
        "/lib/systemd/system/tiny-simple.service": service("/usr/bin/tiny-simple", "ExecStartPre=/bin/echo before\n"),
      },
    });
    await node.run(
      pod(node, "user", deb("deb://tiny-simple", { securityContext: { runAsUser: 4321 } })),
      pod(node, "root", deb("deb://tiny-simple")),
      pod(node, "command", deb("deb://tiny-simple", { command: ["tiny-simple"] })),
    );
    await Promise.all(["user", "root", "command"].map(see.runs));
    expect(await see.said("user", 2)).toEqual(["before", "4321"]);
    expect(await see.said("root", 2)).toEqual(["before", "0"]);
    expect(await see.said("command", 1)).toEqual(["0"]);
    const entered = async (name: string) =>
      (await node.exec(`/usr/local/lib/unitlet/container-enter ${node.unit(name)} -- id -un 2>&1; true`)).stdout.trim();
    expect([await entered("tinyd"), await entered("root")]).toEqual(["tinyd", "root"]);
  });

  test("may fork, and is ended as it wants", async () => {
    // As nginx has it.
    await archive.add({
      name: "tiny-fork-common",
      files: {
        "/usr/bin/tiny-fork": `#!/bin/sh
setsid sh -c 'trap "echo quit; exit" USR1; echo $$ >/run/tiny-fork.pid; echo up; while :; do sleep 0.1; done' &
while [ ! -e /run/tiny-fork.pid ]; do sleep 0.1; done
`,
        "/lib/systemd/system/tiny-fork.service": service(
          "/usr/bin/tiny-fork",
          "Type=forking\nPIDFile=/run/tiny-fork.pid\nExecStop=/bin/kill -s USR1 $MAINPID\n",
        ),
      },
    });
    await archive.add({ name: "tiny-fork", depends: "tiny-fork-common" });
    await node.run(pod(node, "fork", deb("deb://tiny-fork"), { terminationGracePeriodSeconds: 40 }));
    await see.runs("fork");
    await node.exec(`systemctl stop ${node.unit("fork")}`);
    expect((await see.said("fork", 2)).slice(0, 2)).toEqual(["up", "quit"]);
  });
});

describe("what cannot be carried over is said", () => {
  const refusals: Record<string, readonly [files: Readonly<Record<string, string>>, message: string]> = {
    "tiny-none": [
      {},
      "spec.containers[main].command is missing: package tiny-none has no service of its own; name the program in command",
    ],
    "tiny-two": [
      {
        "/lib/systemd/system/tiny-a.service": service("/bin/sleep 1001"),
        "/lib/systemd/system/tiny-b.service": service("/bin/sleep 1002"),
      },
      "spec.containers[main].command is missing: package tiny-two has several services, tiny-a.service, tiny-b.service: choose one by the annotation unitlet.dev/service; name the program in command",
    ],
    "tiny-bus": [
      { "/lib/systemd/system/tiny-bus.service": service("/bin/sleep 1000", "BusName=org.example.Tiny\n") },
      "spec.containers[main].command is missing: tiny-bus.service is known by a name on the host's bus, which a container cannot see; name the program in command",
    ],
  };

  test("with the field and what to do", async () => {
    for (const [name, [files]] of Object.entries(refusals)) await archive.add({ name, files });
    await node.run(...Object.keys(refusals).map((name) => pod(node, name, deb(`deb://${name}`))));
    for (const [name, [, message]] of Object.entries(refusals))
      expect(await see.waiting(name, "CreateContainerError")).toBe(message);
  });

  test("one of several services can be chosen", async () => {
    const chosen = pod(node, "chosen", deb("deb://tiny-two")) as { metadata: object };
    await node.run({
      ...chosen,
      metadata: { ...chosen.metadata, annotations: { "unitlet.dev/service": "tiny-b.service" } },
    });
    await see.runs("chosen");
    const poll = async () => {
      const { stdout } = await node.exec(
        `cat /proc/$(systemctl show --value -p MainPID ${node.unit("chosen")})/cmdline`,
      );
      return [stdout === "/bin/sleep\0" + "1002\0", stdout];
    };
    await node.machine.until(poll, { what: "the chosen one's program" });
  });
});

describe("what was on the host before", () => {
  test("goes on undisturbed when a pod wants a newer version", async () => {
    const own = (n: string) => ({
      name: "tiny-own",
      version: n,
      files: { "/lib/systemd/system/tiny-own.service": service("/bin/sleep 1003") },
      starts: ["tiny-own.service"],
    });
    const file = await archive.add(own("1.0"));
    await node.exec(`dpkg -i ${file} && systemctl enable --now --quiet tiny-own.service`);
    const invocation = async () => (await node.exec("systemctl show --value -p InvocationID tiny-own")).stdout;
    const before = await invocation();
    await node.run(pod(node, "own", deb("deb://tiny-own", SLEEP)));
    expect((await see.runs("own")).imageID).toBe("deb://tiny-own:all=1.0");
    await archive.add(own("2.0"));
    await node.run(pod(node, "newer", deb("deb://tiny-own", { ...SLEEP, imagePullPolicy: "Always" })));
    expect((await see.runs("newer")).imageID).toBe("deb://tiny-own:all=2.0");
    expect([await see.state("tiny-own.service"), await invocation()]).toEqual([["active", "enabled"], before]);
    await node.kubectl("delete", "pod", "own", "newer");
  });
});

test("after a boot no service of a package has come up", async () => {
  await node.machine.reboot();
  await see.look("tinyd", ({ state: seen, restartCount }) => seen?.running && restartCount > 0);
  for (const unit of ["tinyd.service", "tiny-fork.service", "tiny-simple.service"])
    expect(await see.state(unit)).toEqual(["inactive", "disabled"]);
  const own = () => see.state("tiny-own.service");
  await node.machine.until(async () => (await own()).join() === "active,enabled", { what: "the host's own service" });
});
