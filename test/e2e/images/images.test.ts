import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import type { Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { type Container, pod, template } from "../support/manifests.ts";

const BUSYBOX = "127.0.0.1:5000/busybox:1";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  const images = await ImageNode.start("images", { servingCertificate: true });
  ({ node, registry, base } = images);
  await images.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

const shell = (script: string): Pick<Container, "command"> => ({
  command: ["sh", "-c", script.replaceAll("$", () => "$$")],
});

/** Runs a pod to its end and returns what its container has written. */
async function output(name: string, container: Container): Promise<string> {
  await node.run(pod(node, name, { image: BUSYBOX, ...container }, { restartPolicy: "Never" }));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  return await node.log(name);
}

describe("a Deployment of an ordinary image", () => {
  beforeAll(async () => {
    const web = {
      image: "127.0.0.1:5000/web",
      ports: [{ containerPort: 8080 }],
      resources: { limits: { memory: "64Mi" } },
    };
    const files: TarEntry[] = [
      { path: "www/", type: "directory" },
      { path: "www/index.html", content: "hello\n" },
    ];
    const config = {
      Entrypoint: ["httpd", "-f"],
      Cmd: ["-p", "8080"],
      Env: ["PATH=/bin"],
      WorkingDir: "/www",
      User: "app",
      StopSignal: "SIGINT",
    };
    await registry.push("web", { layers: [base, files], config });
    const replicas = { replicas: 1, selector: { matchLabels: { app: "web" } }, template: template(node, "web", web) };
    await node.apply({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: replicas });
    await node.kubectl("rollout", "status", "deployment/web", "--timeout=150s");
  });

  test("answers its clients", async () => {
    const { stdout } = await node.machine.until(() => node.exec("curl -sf http://127.0.0.1:8080/"), {
      what: "an answer",
    });
    expect(stdout).toBe("hello\n");
  });

  test("is one process under its unit", async () => {
    const { stdout } = await node.exec("systemctl status 'unitlet.*.web-*' | grep -A9 CGroup: | grep '[├└]─[0-9]'");
    expect(stdout.trim().replace(/^.*─\d+ /, "")).toBe("httpd -f -p 8080");
  });

  test("runs as the image's user, where it says", async () => {
    const { stdout } = await node.exec(
      "p=$(pgrep -x httpd) && grep -E '^(Uid|Gid|Groups):' /proc/$p/status; readlink /proc/$p/cwd",
    );
    expect(stdout.replace(/[ \t]+/g, " ")).toBe(
      "Uid: 1234 1234 1234 1234\nGid: 1235 1235 1235 1235\nGroups: 77 \n/www\n",
    );
  });
});

describe("what a program finds", () => {
  test("the image's and the pod's variables, of any name", async () => {
    const env = [
      { name: "from.pod-1", value: "a b" },
      { name: "PATH", value: "/bin:/sbin" },
    ];
    const text = await output("variables", { command: ["env"], env });
    expect(
      text
        .split("\n")
        .filter((line) => !line.startsWith("KUBERNETES_"))
        .toSorted(),
    ).toEqual(["", "HOME=/root", "HOSTNAME=variables", "PATH=/bin:/sbin", "from.pod-1=a b"].toSorted());
  });

  test("a world of its own", async () => {
    const script =
      "hostname; ls /; ps | grep -c .; ls /dev/disk /var/lib 2>&1 | grep -c 'No such'; grep CapBnd /proc/self/status";
    expect((await output("world", shell(script))).split("\n")).toEqual([
      "world",
      ...["bin", "dev", "etc", "proc", "sys", "tmp"],
      expect.stringMatching(/^[2-5]$/),
      "2",
      "CapBnd:\t00000000a80405fb",
      "",
    ]);
  });

  test("no device of the host, whatever the image brings", async () => {
    const device: TarEntry[] = [{ path: "disk", type: "block", device: [254, 0], mode: 0o666 }];
    await registry.push("device", { layers: [base, device], config: SLEEP_CONFIG });
    const script = "head -c 1 /disk 2>&1; mknod /tmp/disk b 254 0; head -c 1 /tmp/disk 2>&1; true";
    expect(await output("device", { image: "127.0.0.1:5000/device", ...shell(script) })).toBe(
      "head: /disk: Operation not permitted\nhead: /tmp/disk: Operation not permitted\n",
    );
  });
});

describe("a container that ends", () => {
  test("starts again on a fresh overlay", async () => {
    await node.run(
      pod(node, "fresh", { image: BUSYBOX, ...shell("test ! -e /mark || echo old; touch /mark; echo run; sleep 1") }),
    );
    const said = async () => [/^run\n.*\n/.test(await node.log("fresh")), await node.log("fresh")] as const;
    expect((await node.machine.until(said, { what: "what its second run says" }))[1]).toMatch(/^run\nrun\n/);
  });

  test.for([
    [0, "Completed"],
    [7, "Error"],
  ] as const)("with %i", async ([code, reason]) => {
    await node.run(pod(node, `exit-${code}`, { image: BUSYBOX, ...shell(`exit ${code}`) }, { restartPolicy: "Never" }));
    const { state } = await node.container(`exit-${code}`, (seen) => seen.state?.terminated);
    expect(state?.terminated).toMatchObject({ exitCode: code, reason });
  });

  test("because it was killed", async () => {
    await node.run(pod(node, "killed", { image: BUSYBOX }, { restartPolicy: "Never" }));
    await node.container("killed", ({ state }) => state?.running);
    await node.exec(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", node.unit("killed")]);
    const { state } = await node.container("killed", (seen) => seen.state?.terminated);
    expect(state?.terminated).toMatchObject({ exitCode: 137, reason: "Error" });
  });
});

test("init containers run before, on files of their own", async () => {
  const init = { name: "init", image: BUSYBOX, ...shell("echo init; touch /mark") };
  const spec = { restartPolicy: "Never", initContainers: [init] };
  await node.run(pod(node, "with-init", { image: BUSYBOX, ...shell("ls /mark 2>&1 || true") }, spec));
  const seen = await node.until("with-init", (object) => object?.status?.phase === "Succeeded" && object);
  expect(seen.status?.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0 });
  expect([await node.log("with-init", "init"), await node.log("with-init")]).toEqual([
    "init\n",
    "ls: /mark: No such file or directory\n",
  ]);
});

describe("kubectl exec", () => {
  beforeAll(async () => {
    await node.run(pod(node, "entered", { image: BUSYBOX }));
    await node.container("entered", ({ state }) => state?.running);
  });

  test("runs a program in the container", async () => {
    expect(await node.kubectl("exec", "entered", "--", "sh", "-c", "hostname; echo $PATH; readlink /proc/1/exe")).toBe(
      "entered\n/bin\n/bin/busybox\n",
    );
  });

  test("passes its exit code on", async () => {
    await expect(node.kubectl("exec", "entered", "--", "sh", "-c", "exit 7")).rejects.toThrow("exit code 7");
  });

  test("says when there is no such program", async () => {
    await expect(node.kubectl("exec", "entered", "--", "nope")).rejects.toThrow("not found in $PATH");
  });
});
