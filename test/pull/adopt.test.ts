import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { adoptLayout } from "../../src/pull/adopt.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const SECRET = "a file of the host\n";

let top: string;
let [fetched, layout, store] = ["", "", ""];

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "adopt-"));
  [fetched, layout, store] = [join(top, "fetch"), join(top, "layout"), join(top, "store")];
  for (const each of [fetched, store]) mkdirSync(join(each, "blobs/sha256"), { recursive: true });
  writeFileSync(join(top, "secret"), SECRET);
});

afterEach(() => rmSync(top, { recursive: true }));

const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const blobOf = (directory: string, digest: string) => join(directory, "blobs/sha256", digest.slice("sha256:".length));

/** Puts a blob into the directory of the fetch, and returns its descriptor. */
function put(text: string, mediaType: string) {
  writeFileSync(blobOf(fetched, digestOf(text)), text);
  return { mediaType, digest: digestOf(text), size: text.length };
}

function putImage(layers: readonly object[] = [put("layer", "application/vnd.oci.image.layer.v1.tar+gzip")]) {
  const config = put('{"rootfs":{"diff_ids":[]}}', CONFIG);
  const manifest = put(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers }), MANIFEST);
  writeFileSync(join(fetched, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  return { config, manifest };
}

const adopt = () => adoptLayout(fetched, layout, store);
const layer = digestOf("layer");

// chown(2) needs root.
describe.skipIf(process.getuid?.() !== 0)("what a fetch has left", () => {
  test("is moved, becomes root's, and nothing else comes along", () => {
    const { config, manifest } = putImage();
    put("not named", "text/plain");
    expect(adopt()).toMatchObject({ kind: "image", blobs: [manifest.digest, config.digest, layer] });
    expect(lstatSync(blobOf(layout, layer))).toMatchObject({ uid: 0, mode: 0o100644 });
    expect(existsSync(blobOf(layout, digestOf("not named")))).toBe(false);
  });

  test("is not adopted with other content than its name says", () => {
    putImage();
    writeFileSync(blobOf(fetched, layer), "changed");
    expect(adopt).toThrow(`its blob ${layer} has other content`);
  });

  test("is not read again when it is a stored blob", () => {
    putImage();
    rmSync(blobOf(fetched, layer));
    writeFileSync(blobOf(store, layer), "verified when it was stored");
    linkSync(blobOf(store, layer), blobOf(fetched, layer));
    expect(adopt().blobs).toContain(layer);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ["a link", (path) => symlinkSync(join(top, "secret"), path), /cannot be read: ELOOP/],
    ["a pipe", (path) => execFileSync("mkfifo", [path]), /is not a regular file/],
    ["a directory", (path) => mkdirSync(path), /is not a regular file/],
    ["nothing", () => undefined, /cannot be read: ENOENT/],
  ])("is refused as %s, whether a blob or the index", (_, make, message) => {
    for (const path of [blobOf(fetched, layer), join(fetched, "index.json")]) {
      putImage();
      rmSync(path);
      make(path);
      expect(adopt).toThrow(message);
      rmSync(path, { recursive: true, force: true });
      rmSync(layout, { recursive: true, force: true });
    }
  });

  test.each(["", "blobs", "blobs/sha256"])("is refused with a link as its directory %j", (directory) => {
    putImage();
    cpSync(join(fetched, "blobs"), join(store, "blobs"), { recursive: true });
    cpSync(join(fetched, "index.json"), join(store, "index.json"));
    const path = join(fetched, directory);
    rmSync(path, { recursive: true });
    symlinkSync(join(store, directory), path);
    expect(adopt).toThrow(/^its directory .* is missing, or is a link$/);
    expect(existsSync(blobOf(store, layer))).toBe(true);
  });

  test.each([
    ["a digest with a path", { digest: "sha256:../../../secret", mediaType: MANIFEST }],
    ["another algorithm", { digest: `sha512:${"0".repeat(128)}`, mediaType: MANIFEST }],
    ["a media type of several lines", { digest: layer, mediaType: "a\nb" }],
    ["a media type that is no text", { digest: layer, mediaType: 1 }],
    ["no manifest", undefined],
  ])("is refused with an index of %s", (_, manifest) => {
    putImage();
    writeFileSync(join(fetched, "index.json"), JSON.stringify({ manifests: [manifest] }));
    expect(adopt).toThrow("index.json names no manifest");
  });

  test("is refused with more layers than any tool makes", () => {
    const descriptor = put("layer", "application/vnd.oci.image.layer.v1.tar+gzip");
    putImage(Array.from({ length: 10_000 }, () => descriptor));
    expect(adopt).toThrow("its manifest has 10000 layers; at most 500 are unpacked");
  });
});
