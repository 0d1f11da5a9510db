import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { kubectl } from "../support/kubectl.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;
const here = mkdtempSync(join(tmpdir(), "unitlet-cp-"));

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "cp", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.run(pod(node, "box", SLEEP), pod(node, "user", SLEEP, { securityContext: { runAsUser: 1234 } }));
  await node.container("box", ({ ready }) => ready);
  await node.container("user", ({ ready }) => ready);
});

afterAll(async () => {
  rmSync(here, { recursive: true });
  await node[Symbol.asyncDispose]();
});

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function copy(from: string, to: string): Promise<void> {
  expect(await kubectl(node, ["cp", from, to])).toMatchObject({ stderr: expect.not.stringMatching(/error/), code: 0 });
}

test("a file into a container and back, though the host's files cannot be written", async () => {
  const bytes = randomBytes(10 << 20);
  writeFileSync(join(here, "file"), bytes);
  await copy(join(here, "file"), "box:/tmp/its file");
  const { stdout } = await kubectl(node, ["exec", "box", "--", "sha256sum", "/tmp/its file"]);
  expect(stdout).toBe(`${digest(bytes)}  /tmp/its file\n`);
  await copy("box:/tmp/its file", join(here, "back"));
  expect(digest(readFileSync(join(here, "back")))).toBe(digest(bytes));
});

test("a directory into a container and back", async () => {
  mkdirSync(join(here, "tree/inner"), { recursive: true });
  for (let at = 0; at < 200; at += 1) writeFileSync(join(here, `tree/inner/${at}`), `${at}\n`);
  writeFileSync(join(here, "tree/program"), "#!/bin/sh\n");
  chmodSync(join(here, "tree/program"), 0o755);
  symlinkSync("program", join(here, "tree/link"));
  await copy(join(here, "tree"), "box:/tmp/tree");
  const { stdout } = await kubectl(node, [
    "exec",
    "box",
    "--",
    "sh",
    "-c",
    "cd /tmp/tree; ls inner | wc -l; readlink link; stat -c %a program",
  ]);
  expect(stdout).toBe("200\nprogram\n755\n");
  await copy("box:/tmp/tree", join(here, "again"));
  expect(readdirSync(join(here, "again/inner"))).toHaveLength(200);
  expect(readFileSync(join(here, "again/inner/7"), "utf8")).toBe("7\n");
  // kubectl itself makes no links.
  expect(() => readlinkSync(join(here, "again/link"))).toThrow("ENOENT");
});

test("as the container's user", async () => {
  writeFileSync(join(here, "own"), "x");
  await copy(join(here, "own"), "user:/tmp/own");
  expect((await kubectl(node, ["exec", "user", "--", "stat", "-c", "%u", "/tmp/own"])).stdout).toBe("1234\n");
  const result = await kubectl(node, ["cp", join(here, "own"), "user:/etc/own"]);
  expect(result).toMatchObject({ stderr: expect.stringContaining("Read-only file system"), code: 2 });
});
