import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import type { Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  ({ node, registry, base } = await ImageNode.start("image-starts", { timerInterval: "1s" }));
});

afterAll(() => node[Symbol.asyncDispose]());

/** Runs a container of an image with that configuration to its end and returns what it has written. */
async function output(
  name: string,
  config: object,
  container: Container,
  layer: readonly TarEntry[] = [],
): Promise<string> {
  const image = await registry.push(`${name}:1`, { layers: [base, layer], config: { ...SLEEP_CONFIG, ...config } });
  await node.run(pod(node, name, { image, ...container }, { restartPolicy: "Never" }));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  return await node.log(name);
}

describe("an image that names", () => {
  test("a directory that it does not have gets it", async () => {
    expect(await output("directory-made", { WorkingDir: "/no/such", User: "app" }, shell("pwd"))).toBe("/no/such\n");
  });

  test("volumes has them writable on a read-only root file system, wherever its links lead", async () => {
    const layer: TarEntry[] = [
      { path: "data/", type: "directory", uid: 1234, gid: 1235, mode: 0o750 },
      { path: "data/mine", content: "there\n", uid: 1234 },
      { path: "way", type: "symlink", target: "/etc/inner" },
      { path: "etc/inner/", type: "directory", mode: 0o777 },
      { path: "out", type: "symlink", target: "../../../../../../../../../srv" },
    ];
    const Volumes = { "/data": {}, "/way/deep": {}, "/out": {}, "/new/one": {}, "/etc/passwd": {}, "/": {} };
    const script =
      "for d in /data /etc/inner/deep /srv /new/one; do touch $d/x 2>&1; done; touch /x /etc/x 2>&1; cat /data/mine; stat -c '%u %a' /data; :";
    const securityContext = { readOnlyRootFilesystem: true };
    expect(await output("volumes", { Volumes, User: "app" }, shell(script, { securityContext }), layer)).toBe(
      [
        "touch: /etc/inner/deep/x: Permission denied",
        "touch: /srv/x: No such file or directory",
        "touch: /new/one/x: Permission denied",
        "touch: /x: Read-only file system",
        "touch: /etc/x: Read-only file system",
        "there",
        "1234 750\n",
      ].join("\n"),
    );
    expect(await output("volumes-of-root", { Volumes }, shell(script, { securityContext }), layer)).toBe(
      "touch: /srv/x: No such file or directory\ntouch: /x: Read-only file system\ntouch: /etc/x: Read-only file system\nthere\n1234 750\n",
    );
    expect((await node.exec("ls /srv | grep -c '^x$' || true")).stdout).toBe("0\n");
  });

  test("volumes that it does not have gets them, on a writable root file system as well", async () => {
    const layer: TarEntry[] = [
      { path: "way", type: "symlink", target: "/etc/inner" },
      { path: "etc/inner/", type: "directory" },
    ];
    const Volumes = { "/new/one": {}, "/way/deep": {}, "/tmp": {} };
    const script = "for d in /new/one /etc/inner/deep /tmp; do touch $d/x && stat -c '%n %F %u' $d; done";
    expect(await output("volumes-writable", { Volumes }, shell(script), layer)).toBe(
      "/new/one directory 0\n/etc/inner/deep directory 0\n/tmp directory 0\n",
    );
  });

  test("a HEALTHCHECK, which is ignored", async () => {
    const Healthcheck = { Test: ["CMD", "touch", "/asked"], Interval: 100_000_000 };
    expect(await output("health", { Healthcheck }, shell("sleep 1; ls /asked 2>&1 || true"))).toBe(
      "ls: /asked: No such file or directory\n",
    );
  });

  test("a signal to stop by is stopped by it, if there is one of that name", async () => {
    const imageOf = (tag: string, StopSignal: string) =>
      registry.push(`signal:${tag}`, { layers: [base], config: { ...SLEEP_CONFIG, StopSignal } });
    await node.run(
      pod(node, "signal-odd", { image: await imageOf("odd", "15\n[Service]") }),
      pod(node, "signal", { image: await imageOf("usual", "SIGQUIT") }),
    );
    const signals = ["signal-odd", "signal"].map(async (name) => {
      await node.container(name, ({ state }) => state?.running);
      return await node.show(name, "KillSignal");
    });
    expect(await Promise.all(signals)).toEqual(["15", "3"]);
  });
});

describe("a program", () => {
  async function ended(name: string, change: object, layer: readonly TarEntry[] = []) {
    const own = await registry.push(`${name}:1`, { layers: [base, layer], config: { ...SLEEP_CONFIG, ...change } });
    await node.run(pod(node, name, { image: own }, { restartPolicy: "Never" }));
    return (await node.container(name, ({ state }) => state?.terminated)).state?.terminated;
  }
  const notStarted = (message: string) => ({ exitCode: 128, reason: "StartError", message });

  test("that is nowhere in PATH", async () => {
    expect(await ended("nowhere", { Cmd: ["nowhere"] })).toMatchObject(
      notStarted("executable file `nowhere` not found in $PATH: No such file or directory"),
    );
  });

  test("that may not be executed", async () => {
    expect(await ended("no-program", { Cmd: ["/etc/passwd"] })).toMatchObject(
      notStarted("open executable: Permission denied"),
    );
  });

  test("whose directory is none", async () => {
    expect(await ended("directory", { WorkingDir: "/etc/passwd" })).toMatchObject(
      notStarted("chdir `/etc/passwd`: Not a directory"),
    );
  });

  test("of which the kernel knows nothing", async () => {
    const layer: TarEntry[] = [{ path: "odd", content: "\x7fELF", mode: 0o755 }];
    expect(await ended("odd", { Cmd: ["/odd"] }, layer)).toMatchObject({ exitCode: 1, reason: "Error" });
    expect(await node.log("odd")).toContain("exec container process `/odd`: Exec format error");
  });
});

describe("a container that is not even made", () => {
  test.for([
    ["user", { User: "nobody" }, "unable to find user nobody: no matching entries in passwd file of the image"],
    ["group", { User: "app:none" }, "unable to find group none: no matching entries in group file of the image"],
    ["number", { User: "4294967295" }, "uids and gids must be in range 0-2147483647"],
    ["command", { Cmd: [] }, "no command specified: "],
  ] as const)("for its %s", async ([what, change, message]) => {
    const image = await registry.push(`no-${what}:1`, { layers: [base], config: { ...SLEEP_CONFIG, ...change } });
    await node.run(pod(node, `no-${what}`, { image }));
    const reason = "CreateContainerError";
    const { state } = await node.container(`no-${what}`, (seen) => seen.state?.waiting?.reason === reason);
    expect(state?.waiting?.message).toContain(message);
  });
});
