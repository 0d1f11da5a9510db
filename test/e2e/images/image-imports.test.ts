import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { busybox, digestOf } from "../../support/registry.ts";
import type { RunResult } from "../../support/run.ts";
import { tar } from "../../support/tar.ts";
import { dockerArchive } from "../support/docker-archive.ts";
import { SLEEP_CONFIG } from "../support/image-node.ts";

const MANIFESTS = "/etc/unitlet/manifests";
const IMAGES = "/var/lib/unitlet/images";

let machine: Machine;
let base: Buffer;

beforeAll(async () => {
  machine = await Machine.boot("image-imports", { net: "private", ownDisk: true });
  await machine.exec("ip route flush default");
  await install(machine);
  base = tar(await busybox());
});

afterAll(() => machine[Symbol.asyncDispose]());

const unitlet = (words: string): Promise<RunResult> => machine.exec(`unitlet images ${words}`, { allowFailure: true });
const names = async () =>
  (await unitlet("list")).stdout
    .split("\n")
    .slice(1, -1)
    .map((line) => line.split(" ")[0]);

async function isRunning(name: string, image: string, spec: object = {}): Promise<void> {
  const containers = [{ name: "main", image, imagePullPolicy: "Never" }];
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
  await machine.write(`${MANIFESTS}/${name}.json`, JSON.stringify(pod));
  await machine.exec("systemctl start unitlet-sync");
  const state = async () => (await machine.exec(`systemctl is-active unitlet.default.${name}.main || :`)).stdout;
  await machine.until(async () => [(await state()) === "active\n", await state()], { what: `${name} to run` });
}

describe("an archive without a network", () => {
  test.each([
    ["as it is", "plain.tar", (archive: Buffer) => archive],
    ["compressed by gzip", "small.tgz", gzipSync],
    ["compressed by zstd", "smaller.tar.zst", zstdCompressSync],
  ])("of docker save, %s, becomes the image of a pod", async (_, file, compress) => {
    const name = file.replace(/\..*/, "");
    await machine.write(
      `/srv/${file}`,
      compress(dockerArchive(base, { tags: [`example.org/${name}:1`], words: name })),
    );
    const { stdout, code } = await unitlet(`import /srv/${file}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^imported example.org/${name}:1 sha256:[0-9a-f]{64}\n$`));
    await isRunning(name, `example.org/${name}:1`);
  });

  test("with two images and three names gives all of them", async () => {
    const archive = dockerArchive(
      base,
      { tags: ["example.org/a:1", "example.org/b:1"] },
      { tags: ["c:1"], words: "c" },
    );
    await machine.write("/srv/three.tar", archive);
    const { stdout } = await unitlet("import /srv/three.tar");
    expect(stdout.replace(/ sha256:.*/g, "")).toBe(
      "imported example.org/a:1\nimported example.org/b:1\nimported docker.io/library/c:1\n",
    );
  });

  test("is imported with --quiet without a word, and with --json as objects", async () => {
    await machine.write("/srv/words.tar", dockerArchive(base, { tags: ["example.org/words:1"], words: "words" }));
    expect(await unitlet("import --quiet /srv/words.tar")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const { stdout } = await unitlet("import --json /srv/words.tar");
    const objects = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const image = { name: "example.org/words:1", digest: expect.stringMatching(/^sha256:/) };
    const common = { command: "images import", seconds: expect.any(Number) };
    expect(objects).toContainEqual({
      ...common,
      type: "progress",
      phase: "reading",
      message: expect.any(String),
      file: "/srv/words.tar",
    });
    expect(objects.at(-1)).toEqual({
      ...common,
      type: "result",
      message: "",
      status: "done",
      exitStatus: 0,
      images: [image],
    });
    const failed = await unitlet("import --json /srv/absent.tar");
    expect([failed.code, failed.stderr, JSON.parse(failed.stdout)]).toEqual([
      1,
      "/srv/absent.tar: there is no such file\n",
      { ...common, type: "result", message: "/srv/absent.tar: there is no such file", status: "failed", exitStatus: 1 },
    ]);
  });

  test("that unitlet has exported comes back with the same digests", async () => {
    const wanted = "example.org/a:1 c:1";
    expect((await unitlet(`export ${wanted} /srv/both.tar`)).stdout).toBe("wrote /srv/both.tar\n");
    const before = (await unitlet("list")).stdout
      .split("\n")
      .filter((line) => /^(example.org\/a|docker.io)/.test(line));
    await unitlet("prune");
    expect(await names()).not.toContain("example.org/a:1");
    await unitlet("import -q /srv/both.tar");
    const digests = (lines: readonly string[]) => lines.map((line) => line.split(/ +/).slice(0, 2)).toSorted();
    const after = (await unitlet("list")).stdout.split("\n").filter((line) => /^(example.org\/a|docker.io)/.test(line));
    expect(digests(after)).toEqual(digests(before));
    await isRunning("again", "example.org/a:1");
  });

  test("that would have another digest than its name is not written", async () => {
    const config = Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: SLEEP_CONFIG,
        rootfs: { type: "layers", diff_ids: [digestOf(base)] },
      }),
    );
    const type = "application/vnd.oci.image";
    const described = (mediaType: string, blob: Buffer) => ({ mediaType, digest: digestOf(blob), size: blob.length });
    const image = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: `${type}.manifest.v1+json`,
        config: described(`${type}.config.v1+json`, config),
        layers: [described(`${type}.layer.v1.tar`, base)],
      }),
    );
    const name = `example.org/plain@${digestOf(image)}`;
    const annotations = { "org.opencontainers.image.ref.name": name };
    const manifests = [{ ...described(`${type}.manifest.v1+json`, image), annotations }];
    const blob = (content: Buffer) => ({ path: `blobs/sha256/${digestOf(content).slice("sha256:".length)}`, content });
    const archive = tar([
      { path: "oci-layout", content: '{"imageLayoutVersion":"1.0.0"}' },
      { path: "index.json", content: JSON.stringify({ schemaVersion: 2, manifests }) },
      ...[config, base, image].map(blob),
    ]);
    await machine.write("/srv/by-digest.tar", archive);
    expect((await unitlet("import /srv/by-digest.tar")).stdout).toBe(`imported ${name} ${digestOf(image)}\n`);
    const { code, stderr } = await unitlet(`export ${name} /srv/again.tar`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^example.org\/plain@sha256:\w+: its archive would have the digest sha256:\w+, because /);
    expect((await machine.exec("ls -A /srv")).stdout).not.toContain("again");
  });

  test("as a directory has the name that is given", async () => {
    await machine.exec(
      'mkdir -p /srv/layout && tar -xf /srv/both.tar -C /srv/layout && cd /srv/layout && sed -i \'s/"annotations":{[^}]*}/"annotations":{}/g; s/,{"mediaType[^]]*//\' index.json',
    );
    const { stderr, code } = await unitlet("import -q /srv/layout");
    expect([code, stderr]).toEqual([1, "/srv/layout: its image has no name: give it one with --name REF\n"]);
    const { stdout } = await unitlet("import /srv/layout --name example.org/named:1");
    expect(stdout).toMatch(/^imported example.org\/named:1 sha256:/);
  });

  test("leaves no file of the import", async () => {
    const { stdout } = await machine.exec(
      `ls -A ${IMAGES}/import; ls ${IMAGES}/tmp | grep -v lock; ls /run/unitlet/images | grep -v failed`,
      { allowFailure: true },
    );
    expect(stdout).toBe("");
  });
});

test("a pinned image is never removed as unused", async () => {
  expect((await unitlet("pin docker.io/library/c:1 later:1")).stdout).toBe(
    "pinned docker.io/library/c:1\npinned docker.io/library/later:1, which is not on this host yet\n",
  );
  const { stdout } = await unitlet("prune");
  expect(stdout).toContain("kept docker.io/library/c:1: it is pinned\n");
  expect((await unitlet("list")).stdout).toMatch(/^docker.io\/library\/c:1 .* yes$/m);
  await unitlet("unpin docker.io/library/c:1");
  // An import that has prepared its pull, and has not started the unit yet.
  const [prepared, request] = [`${IMAGES}/tmp/command.x_0/fetch`, "/run/unitlet/images/command.x_0.request"];
  await machine.exec(`mkdir -p ${prepared} && touch ${request}`);
  await unitlet("prune");
  expect(await names()).not.toContain("docker.io/library/c:1");
  expect((await machine.exec(`ls -d ${prepared}; rm ${request}`)).stdout).toBe(`${prepared}\n`);
});
