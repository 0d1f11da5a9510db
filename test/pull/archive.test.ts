import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listDockerImages, listLayouts } from "../../src/pull/archive.ts";

const HERE = arch() === "x64" ? "amd64" : arch();

let home: string;
let tree: string;
let sources: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "archive-"));
  [tree, sources] = [join(home, "tree"), join(home, "sources")];
  mkdirSync(join(tree, "blobs/sha256"), { recursive: true });
});

afterEach(() => rmSync(home, { recursive: true }));

function manifest(text: string): { mediaType: string; digest: string; size: number } {
  const hex = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(tree, "blobs/sha256", hex), text);
  return { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: `sha256:${hex}`, size: text.length };
}

const index = (...manifests: readonly object[]) =>
  writeFileSync(join(tree, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
const list = () => listLayouts(tree, sources);

describe("the name of an image in a layout", () => {
  test.each([
    ["of Podman and skopeo", { "org.opencontainers.image.ref.name": "quay.io/a/b:1" }, "quay.io/a/b:1"],
    [
      "of containerd and Docker",
      { "io.containerd.image.name": "docker.io/library/b:1", "org.opencontainers.image.ref.name": "1" },
      "docker.io/library/b:1",
    ],
    ["in short form", { "org.opencontainers.image.ref.name": "nginx:1.25" }, "docker.io/library/nginx:1.25"],
    ["that is a tag alone", { "org.opencontainers.image.ref.name": "latest" }, ""],
    ["that is none", {}, ""],
    ["that is a path", { "io.containerd.image.name": "/etc/passwd" }, ""],
    ["of another type", { "io.containerd.image.name": 7 }, ""],
    ["with a line break", { "io.containerd.image.name": "a:1\n1 b:1" }, ""],
  ])("%s", (_, annotations, name) => {
    index({ ...manifest("m"), annotations });
    expect(list()).toEqual([{ at: 0, name }]);
  });
});

test("each image gets a layout that has it alone", () => {
  const [first, second] = [manifest("first"), manifest("second")];
  index({ ...first, annotations: { "org.opencontainers.image.ref.name": "a:1" } }, second);
  expect(list().map(({ at }) => at)).toEqual([0, 1]);
  const annotations = { "org.opencontainers.image.ref.name": "image" };
  expect(JSON.parse(readFileSync(join(sources, "1/index.json"), "utf8"))).toEqual({
    schemaVersion: 2,
    manifests: [{ ...second, annotations }],
  });
  expect(readFileSync(join(sources, "1/manifest"), "utf8")).toBe("second");
  expect(realpathSync(join(sources, "1/blobs"))).toBe(realpathSync(join(tree, "blobs")));
});

test("other architectures and attestations are left out", () => {
  const platform = (architecture: string) => ({ ...manifest(architecture), platform: { os: "linux", architecture } });
  index(platform("unknown"), platform("s390x"), platform(HERE));
  list();
  expect(readFileSync(join(sources, "0/manifest"), "utf8")).toBe(HERE);
});

describe("a layout is refused", () => {
  test.each([
    ["without an image", () => index(), "names no image for the architecture"],
    ["with text that is not JSON", () => writeFileSync(join(tree, "index.json"), "{"), "index.json is not valid JSON"],
    [
      "whose digest leads out of it",
      () => index({ ...manifest("m"), digest: "sha256:../../x" }),
      "index.json names no manifest",
    ],
    [
      "without the blob of its manifest",
      () => index({ ...manifest("m"), digest: `sha256:${"0".repeat(64)}` }),
      "is missing",
    ],
    [
      "whose manifest is a device",
      () => {
        const digest = `sha256:${"1".repeat(64)}`;
        symlinkSync("/dev/zero", join(tree, "blobs/sha256", "1".repeat(64)));
        index({ ...manifest("m"), digest });
      },
      "is missing",
    ],
    [
      "whose manifest has a hole of 1 TB",
      () => {
        const large = manifest("m");
        truncateSync(join(tree, "blobs/sha256", large.digest.slice("sha256:".length)), 1e12);
        index(large);
      },
      "is too large for a manifest",
    ],
    ["whose index is a device", () => symlinkSync("/dev/zero", join(tree, "index.json")), "is no regular file"],
    ["without an index", () => undefined, "its list of images is missing"],
    ["with too many images", () => index(...Array(501).fill(manifest("m"))), "at most 500"],
  ])("%s", (_, write, message) => {
    write();
    expect(list).toThrow(message);
  });
});

describe("manifest.json of docker save", () => {
  const docker = (content: unknown) => {
    const path = join(home, "manifest.json");
    writeFileSync(path, JSON.stringify(content));
    return listDockerImages(path);
  };

  test("has an image for each entry, with all its names", () => {
    expect(docker([{ RepoTags: ["a:1", "example.org/b:2"] }, { RepoTags: null }, { RepoTags: ["no name"] }])).toEqual([
      { at: 0, name: "docker.io/library/a:1" },
      { at: 0, name: "example.org/b:2" },
      { at: 1, name: "" },
      { at: 2, name: "" },
    ]);
  });

  test.each([[{}], [[]], ["text"]])("%j is refused", (content) => {
    expect(() => docker(content)).toThrow("its manifest.json names no image");
  });
});
