import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unpackArtifact } from "../../src/pull/artifact.ts";
import { readLayout } from "../../src/pull/layout.ts";

let layout: string;

beforeEach(() => {
  layout = mkdtempSync(join(tmpdir(), "layout-"));
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
});

afterEach(() => rmSync(layout, { recursive: true }));

function blob(content: unknown): string {
  const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 2);
  const hex = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(layout, "blobs/sha256", hex), text);
  return `sha256:${hex}`;
}

function write(manifest: unknown): void {
  writeFileSync(join(layout, "index.json"), JSON.stringify({ manifests: [{ digest: blob(manifest) }] }));
}

const DIFF_IDS = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
const config = () => blob({ architecture: "amd64", rootfs: { type: "layers", diff_ids: DIFF_IDS } });
const file = (title: string | undefined, text = `of ${title}`) => ({
  digest: blob(text),
  ...(title !== undefined && { annotations: { "org.opencontainers.image.title": title } }),
});

describe("a manifest", () => {
  test.each(["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json", undefined])(
    "with a configuration of type %s is an image, with the digests of its unpacked layers",
    (mediaType) => {
      write({ config: { mediaType, digest: config() }, layers: [file(undefined)] });
      expect(readLayout(layout)).toMatchObject({ kind: "image", diffIDs: DIFF_IDS });
    },
  );

  test("with another configuration is an artifact, whose layers are files", () => {
    const layers = [file("a/b"), file(undefined)];
    write({ config: { mediaType: "application/vnd.oci.empty.v1+json", digest: blob("{}") }, layers });
    const [named, unnamed] = layers.map(({ digest }) => ({ digest }));
    expect(readLayout(layout)).toEqual({
      kind: "artifact",
      layers: [{ ...named, title: "a/b" }, unnamed],
      diffIDs: [],
      blobs: [expect.stringMatching(/^sha256:/), blob("{}"), ...layers.map(({ digest }) => digest)],
    });
  });

  test.each([{}, { config: { digest: "sha256:../../etc/passwd" } }])(
    "%j is left to umoci, and no other file is read",
    (manifest) => {
      write(manifest);
      expect(readLayout(layout)).toMatchObject({ kind: "image", layers: [], diffIDs: [] });
    },
  );

  test("that is no JSON is refused", () => {
    write("{");
    expect(() => readLayout(layout)).toThrow("its manifest is not valid JSON");
  });

  test("of which the index names no digest is refused", () => {
    writeFileSync(join(layout, "index.json"), "{}");
    expect(() => readLayout(layout)).toThrow("its manifest names no sha256 digest");
  });
});

describe("the files of an artifact", () => {
  const unpack = (...titles: (string | undefined)[]) => {
    const directory = join(layout, "rootfs");
    unpackArtifact(
      layout,
      titles.map((title) => ({ digest: file(title).digest, ...(title !== undefined && { title }) })),
      directory,
    );
    return readdirSync(directory, { recursive: true }).toSorted();
  };

  test("have the names of their titles, or their digests", () => {
    const hex = file(undefined).digest.slice("sha256:".length);
    expect(unpack("one", "a/./b//c", 'é "x"', undefined)).toEqual(
      ["a", "a/b", "a/b/c", hex, "one", 'é "x"'].toSorted(),
    );
    expect(readFileSync(join(layout, "rootfs/a/b/c"), "utf8")).toBe("of a/./b//c");
  });

  test.each(["../x", "a/../../x", "/etc/x", "", ".", "a\0b"])("%j would lie outside, and is refused", (title) => {
    expect(() => unpack("first", title)).toThrow(`its file "${title}" would lie outside of it`);
    expect(existsSync(join(layout, "x"))).toBe(false);
  });

  test.for<[string, string, string]>([
    ["a", "a", 'cannot make its file "a": EEXIST'],
    ["a", "a/b", 'cannot make the directory of its file "a/b": '],
  ])("%s, then %s: cannot be made", ([first, second, because]) => {
    expect(() => unpack(first, second)).toThrow(because);
  });
});
