import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { busybox, digestOf } from "../../support/registry.ts";
import type { RunResult } from "../../support/run.ts";
import { tar } from "../../support/tar.ts";
import { dockerArchive } from "../support/docker-archive.ts";

const MANIFESTS = "/etc/unitlet/manifests";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("import-failures", { net: "private", ownDisk: true });
  await machine.exec("ip route flush default");
  await install(machine);
  const base = tar(await busybox());
  await machine.write("/srv/good.tar", dockerArchive(base, { tags: ["example.org/good:1"] }));
  await machine.write("/srv/nameless.tar", dockerArchive(base, { tags: [] }));
});

afterAll(() => machine[Symbol.asyncDispose]());

const unitlet = (words: string): Promise<RunResult> => machine.exec(`unitlet images ${words}`, { allowFailure: true });

/** The lines of standard error without progress, which a log has once a second. */
const problems = (stderr: string) =>
  stderr.split("\n").filter((line) => !/: (reading, \d+ s|\d+ of \d+ MB copied|unpacking|\d+ MB fetched)$/.test(line));

describe("a file that cannot be imported", () => {
  test("is named with the reason, and the next one is imported", async () => {
    await machine.write("/srv/text.tar", "no archive\n".repeat(100));
    await machine.write("/srv/empty.tar", tar([{ path: "readme", content: "x" }]));
    const { stderr, stdout, code } = await unitlet("import /srv/absent.tar /srv/text.tar /srv/empty.tar /srv/good.tar");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^imported example.org\/good:1 sha256:[0-9a-f]{64}\n$/);
    expect(problems(stderr)).toEqual([
      "/srv/absent.tar: there is no such file",
      "/srv/text.tar: the file is no tar archive, nor one that gzip, zstd or xz has compressed as a whole",
      "/srv/empty.tar: the file is no archive of images: it has neither oci-layout nor manifest.json",
      "",
    ]);
  });

  test("with the digest of another image in --name is refused", async () => {
    const { stderr } = await unitlet(`import -q /srv/nameless.tar --name example.org/x@sha256:${"0".repeat(64)}`);
    expect(stderr).toMatch(/^\/srv\/nameless.tar: example.org\/x@sha256:0+: the archive has sha256:[0-9a-f]{64}\n$/);
  });

  test("keeps no other image of its archive from being imported", async () => {
    const base = tar(await busybox());
    const wrong = `example.org/wrong@sha256:${"0".repeat(64)}`;
    const archive = dockerArchive(base, { tags: [wrong] }, { tags: ["example.org/right:1"], words: "right" });
    await machine.write("/srv/half.tar", archive);
    const { stdout, stderr, code } = await unitlet("import /srv/half.tar");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^imported example.org\/right:1 sha256:[0-9a-f]{64}\n$/);
    expect(problems(stderr).join("\n")).toMatch(
      /^\/srv\/half.tar: example.org\/wrong@sha256:0+: the archive has sha256:[0-9a-f]{64}\n$/,
    );
  });

  test("larger than the disk is refused before it is copied", async () => {
    await machine.exec("truncate -s 1T /srv/large.tar");
    const { stderr } = await unitlet("import -q /srv/large.tar");
    expect(stderr).toMatch(/^\/srv\/large.tar has 1099511627776 bytes, and only \d+ are free in /);
  });

  test("leads to no file of the host", async () => {
    const secret = digestOf(Buffer.from("secret\n"));
    await machine.write("/etc/unitlet/secret", "secret\n", 0o600);
    const index = {
      schemaVersion: 2,
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: secret,
          size: 7,
          annotations: { "org.opencontainers.image.ref.name": "stolen:1" },
        },
      ],
    };
    await machine.write(
      "/srv/links.tar",
      tar([
        { path: "oci-layout", content: '{"imageLayoutVersion":"1.0.0"}' },
        { path: "index.json", content: JSON.stringify(index) },
        { path: "blobs/", type: "directory" },
        { path: "blobs/sha256", type: "symlink", target: "/etc/unitlet" },
        { path: "../../../../../../../etc/cron.d/made", content: "x" },
        { path: "/etc/cron.d/made", content: "x" },
        { path: `blobs/sha256/${secret.slice(7)}`, type: "symlink", target: "/etc/unitlet/secret" },
      ]),
    );
    const { code, stdout } = await unitlet("import /srv/links.tar");
    expect([code, stdout]).toEqual([1, ""]);
    expect((await unitlet("list")).stdout).not.toContain("docker.io/library/stolen:1");
    expect((await machine.exec("ls /etc/cron.d/made /etc/unitlet", { allowFailure: true })).stdout).not.toContain(
      "made",
    );
  });
});

describe("without a network", () => {
  const waits = async (name: string, change: object): Promise<string> => {
    const containers = [{ name: "main", image: "docker.io/library/absent:1", ...change }];
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers } };
    await machine.write(`${MANIFESTS}/${name}.json`, JSON.stringify(pod));
    await machine.exec("systemctl start unitlet-sync");
    const line = async () =>
      (await machine.exec("unitlet status")).stdout.split("\n").find((each) => each.startsWith(`default/${name} `));
    const found = await machine.until(line, { what: `the reason of ${name}` });
    await machine.exec(`rm ${MANIFESTS}/${name}.json; systemctl start unitlet-sync`);
    return found ?? "";
  };

  test("a missing image says how it comes to the host", async () => {
    expect(await waits("absent", {})).toMatch(
      /^default\/absent main: (ErrImagePull|ImagePullBackOff): .*\. On a host without a network, unitlet images import FILE brings the image$/,
    );
  });

  test("a missing image that must not be pulled says so", async () => {
    expect(await waits("never", { imagePullPolicy: "Never" })).toBe(
      'default/never main: ErrImageNeverPull: Container image "docker.io/library/absent:1" is not present with pull policy of Never',
    );
  });

  test("unitlet images pull says why it failed", async () => {
    const { code, stderr } = await unitlet("pull -q docker.io/library/absent:1");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^docker.io\/library\/absent:1: .*unitlet images import FILE/),
    ]);
  });
});
