import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = new URL("../../../", import.meta.url).pathname;
/** A process that compiles all of the command takes a second, and longer on a busy computer. A test starts up to four. */
const TIMEOUT_MS = 240_000;

const POD = `apiVersion: v1
kind: Pod
metadata: { name: hello }
spec:
  containers:
    - name: web
      image: host
      command: [sleep, infinity]
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "render-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command in a process that may read the code and `folder` alone, and write only below `folder`. */
function render(args: readonly string[], input = "") {
  const may = [ROOT, realpathSync(`${ROOT}node_modules`), folder].map((path) => `--allow-fs-read=${path}`);
  const node = ["--permission", ...may, `--allow-fs-write=${folder}`];
  return spawnSync(process.execPath, [...node, `${ROOT}src/cli/main.ts`, "cli", "render", ...args], {
    ...{ encoding: "utf8", input, cwd: folder, timeout: TIMEOUT_MS },
    env: { PATH: "/nonexistent" },
  });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("it needs no host: nothing is read but the manifest, and nothing is written", { timeout: TIMEOUT_MS }, () => {
  const { status, stdout, stderr } = render([file("pod.yaml", POD)]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const comments = stdout.split("\n").filter((line) => line.startsWith("#"));
  expect(comments).toEqual([
    "# Pod default/hello",
    expect.stringMatching(/^# unitlet-besteffort-pod[0-9a-f_]{36}\.slice$/),
    "# unitlet.default.hello.web.service",
    "# The unit starts with the host.",
  ]);
  expect(stdout).toContain("\n[Service]\nType=exec\n");
});

test("the same manifest gives the same bytes, from a file, a directory and standard input", {
  timeout: TIMEOUT_MS,
}, () => {
  const path = file("pod.yaml", POD);
  const { stdout } = render([path]);
  expect(stdout).toContain("PodUID=");
  expect(render(["-"], POD).stdout).toBe(stdout);
  expect(render([folder]).stdout).toBe(stdout);
});

test("--node-name changes the UID, as on that node", { timeout: TIMEOUT_MS }, () => {
  const uid = (args: readonly string[]) => /^PodUID=(.*)$/m.exec(render([...args, "-"], POD).stdout)?.[1];
  expect(uid(["--node-name", "edge-1"])).not.toBe(uid([]));
});

test("a mistake names file, line and field; the other pods are printed", { timeout: TIMEOUT_MS }, () => {
  const bad = POD.replace("name: hello", "name: bad").replace("image: host", "imagee: host");
  const { status, stdout, stderr } = render(["-"], `${bad}---\n${POD}`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^<stdin>:7: spec\.containers\[(0|web)\]\.imagee: /);
  expect(stdout).toContain("# Pod default/hello\n");
  expect(stdout).not.toContain("bad");
});

test("a terminal obeys nothing that a manifest has", { timeout: TIMEOUT_MS }, () => {
  const volumes = '  volumes: [{ name: data, hostPath: { path: "/\\e[2J", type: Directory } }]\n';
  const bad = POD.replace("spec:", 'spec:\n  "\\e]0;title\\a": 1');
  const { stdout, stderr } = render(["-"], `${POD}${volumes}---\n${bad}`);
  expect(stdout).toContain("# The host must have the directory /\\u001b[2J.\n");
  expect(stderr).toContain("spec.\\u001b]0;title\\u0007: unknown field");
  expect(`${stdout}${stderr}`).not.toMatch(/\p{Cc}(?<!\n)/u);
});

test("a pod that the host would refuse is a message, with status 1", { timeout: TIMEOUT_MS }, () => {
  expect(render(["--set", "hostFiles=none", "-"], POD)).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringContaining('pod default/hello: HostAccessForbidden: spec.containers[web].image is "host"'),
  });
});

test("--output writes a file for each unit", { timeout: TIMEOUT_MS }, () => {
  const output = join(folder, "units");
  const { status, stdout } = render(["--output", output, "-"], POD);
  expect(status).toBe(0);
  const names = readdirSync(output).toSorted();
  expect(names).toEqual([expect.stringMatching(/\.slice$/), "unitlet.default.hello.web.service"]);
  expect(stdout).toContain(`${output}/unitlet.default.hello.web.service\n# The unit starts with the host.\n`);
  expect(readFileSync(join(output, names[1] ?? ""), "utf8")).toMatch(/^\[X-Kubernetes\]\n/);
});

test.each([
  [[], "name a manifest, or - for standard input"],
  [["--nope", "-"], "Unknown option '--nope'"],
  [["--pod-network", "none", "-"], "--pod-network: podNetwork = none: expected host, bridge or cni"],
  [["--set", "podNetwrok=bridge", "-"], "--set: podNetwrok: unknown key"],
])("%j is wrong usage, with status 64", { timeout: TIMEOUT_MS }, (args, words) => {
  expect(render(args, POD)).toMatchObject({ status: 64, stdout: "", stderr: expect.stringContaining(words) });
});

test("a missing file is named", { timeout: TIMEOUT_MS }, () => {
  expect(render([join(folder, "nothing.yaml")])).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/nothing\.yaml: cannot be read: ENOENT/),
  });
});

test("a StatefulSet is rendered as its pods", { timeout: TIMEOUT_MS }, () => {
  const template = {
    metadata: { labels: { app: "db" } },
    spec: { containers: [{ name: "main", command: ["sleep", "9"] }] },
  };
  const spec = { replicas: 2, selector: { matchLabels: { app: "db" } }, template };
  const { status, stdout, stderr } = render(
    ["-"],
    JSON.stringify({ apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "db" }, spec }),
  );
  expect([status, stderr, stdout.match(/^# Pod .*/gm)]).toEqual([0, "", ["# Pod default/db-0", "# Pod default/db-1"]]);
});
