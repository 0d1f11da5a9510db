import { expect, test } from "vitest";
import type { StoredTree } from "../../../src/model/image/image.ts";
import { nodeImages } from "../../../src/report/node/node-images.ts";

const tree = (n: number, names: readonly string[]) => ({ digest: `sha256:${n}`, names, size: n }) as StoredTree;

test("names with digests, then those with tags, of the largest images first", () => {
  const digest = "quay.io/b@sha256:2";
  const trees = [tree(1, ["docker.io/library/a:1", "docker.io/library/a:2"]), tree(2, [digest, "127.0.0.1:5000/b:1"])];
  expect(nodeImages(trees)).toEqual([
    { names: ["quay.io/b@sha256:2", "127.0.0.1:5000/b@sha256:2", "127.0.0.1:5000/b:1"], sizeBytes: 2 },
    { names: ["docker.io/library/a@sha256:1", "docker.io/library/a:1", "docker.io/library/a:2"], sizeBytes: 1 },
  ]);
});

test("a package by name, architecture and version", () => {
  const name = "deb://jq:amd64=1.6";
  expect(nodeImages([{ ...tree(1, [name]), digest: name }])).toEqual([{ names: [name], sizeBytes: 1 }]);
});

test("what has no name any more is not told", () => {
  expect(nodeImages([tree(1, [])])).toEqual([]);
});

test("fifty at most", () => {
  const trees = Array.from({ length: 60 }, (_, n) => tree(n, [`a:${n}`]));
  expect(nodeImages(trees).map(({ sizeBytes }) => sizeBytes)).toEqual(Array.from({ length: 50 }, (_, n) => 59 - n));
});
