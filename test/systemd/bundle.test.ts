import { afterAll, beforeAll, expect, test } from "vitest";
import { dockerArchive } from "../e2e/support/docker-archive.ts";
import { Machine } from "../support/machine.ts";
import { putClone } from "../support/put-files.ts";
import { busybox } from "../support/registry.ts";
import { tar } from "../support/tar.ts";

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: main, image: "example.org/web:1", imagePullPolicy: Never}]
`;

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("bundle", { net: "private", ownDisk: true });
  await machine.exec("ip route flush default");
  // What a release has is what a clone has after its build.
  await putClone(machine, "/root/release/unitlet");
  await machine.exec(
    "cd /root/release && tar -czf ../unitlet.tar.gz unitlet && (cd .. && sha256sum unitlet.tar.gz >SHA256SUMS) && unitlet/install.sh --from unitlet/dist",
    {
      timeout: 300_000,
    },
  );
  await machine.write("/root/web.yaml", POD);
});

afterAll(() => machine[Symbol.asyncDispose]());

const bundle = (flag = "") =>
  machine.exec(`unitlet bundle ${flag} --release /root/unitlet.tar.gz -f - /root/edge.tar </root/web.yaml`, {
    allowFailure: true,
    timeout: 300_000,
  });

test("a bundle without an image that its manifest names is not written", async () => {
  const { code, stderr } = await bundle("--quiet");
  expect([code, stderr]).toEqual([1, "example.org/web:1 is not on this host: unitlet images pull example.org/web:1\n"]);
  expect((await machine.exec("ls -A /root")).stdout).not.toMatch(/edge|bundle/);
});

test("a host without a network gets agent, manifests and images from the one file", async () => {
  await machine.write("/root/image.tar", dockerArchive(tar(await busybox()), { tags: ["example.org/web:1"] }));
  await machine.exec("unitlet images import -q /root/image.tar");
  await machine.exec("touch /root/foreign && ln -s foreign /root/.edge.tar.partial");
  expect((await bundle()).stdout).toBe("wrote /root/edge.tar: 1 manifests, 1 images\n");
  // Its manifests may have Secrets.
  const { stdout } = await machine.exec("stat -c '%a %s' /root/edge.tar /root/foreign");
  expect(stdout).toMatch(/^600 \d{7,}\n644 0\n$/);
  // The same machine stands for the other host, once nothing of unitlet is left.
  await machine.exec(
    "/root/release/unitlet/install.sh --uninstall --yes; rm -rf /etc/unitlet /var/lib/unitlet/* /root/release /root/image.tar",
    {
      timeout: 300_000,
    },
  );
  const install = "cd /root && tar -xf edge.tar && ./unitlet-bundle/install.sh --json --bundle edge.tar";
  const { stdout: progress } = await machine.exec(install, { timeout: 300_000 });
  const objects = progress
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(objects).toContainEqual(expect.objectContaining({ type: "progress", phase: "Importing images" }));
  expect(objects.at(-1)).toMatchObject({ command: "install", type: "result", status: "done", exitStatus: 0 });
  expect(objects.filter(({ type }) => type === "result")).toHaveLength(1);
  const state = async () => (await machine.exec("systemctl is-active unitlet.default.web.main || :")).stdout;
  await machine.until(async () => [(await state()) === "active\n", await state()], { what: "the pod" });
  expect((await machine.exec("cd /etc/unitlet && stat -c '%a %n' manifests/* images/*")).stdout).toBe(
    "600 manifests/bundle.yaml\n600 images/bundle.tar\n",
  );
});

test("a bundle with another checksum is not installed", async () => {
  const { stderr, code } = await machine.exec("cd /root && ./unitlet-bundle/install.sh --bundle edge.tar --sha256 00", {
    allowFailure: true,
  });
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^install.sh: --bundle edge.tar: the checksum is [0-9a-f]{64}, and should be 00. Nothing was installed\n$/,
    ),
  ]);
});

test("install.sh --quiet has no word, and refuses --json beside it", async () => {
  const install = (flags: string) => machine.exec(`/root/unitlet-bundle/install.sh ${flags}`, { allowFailure: true });
  expect(await install("--quiet")).toMatchObject({ code: 0, stdout: "" });
  expect(await install("--json --quiet")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: "install.sh: --quiet and --json: give only one of them\n",
  });
});

test("--uninstall --json has an object a line, the result last", async () => {
  const { stdout } = await machine.exec("/root/unitlet-bundle/install.sh --uninstall --yes --json", {
    timeout: 300_000,
    allowFailure: true,
  });
  const objects = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(objects).toContainEqual(expect.objectContaining({ type: "progress", phase: "Stopping containers" }));
  expect(objects.filter(({ type }) => type === "result")).toEqual([objects.at(-1)]);
});
