import { describe, expect, test } from "vitest";
import { collectGarbage } from "../../src/diff/image-gc.ts";
import type { Host } from "../../src/model/host/host.ts";
import type { ImageStore, Images, StoredImage, StoredTree } from "../../src/model/image/image.ts";
import { NO_IMAGES } from "../../src/model/image/image.ts";
import type { Translation } from "../../src/model/translation.ts";
import type { World } from "../../src/model/world.ts";
import { CONFIG, HOST } from "../translate/base.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const tree = (n: number, change: Partial<StoredTree> = {}): StoredTree => ({
  digest: digest(n),
  names: [`docker.io/library/app:${n}`],
  size: 1,
  diskSize: 10,
  pulledAt: NOW - 3_600_000,
  usedAt: NOW - n * 60_000,
  users: [],
  ...change,
});
const store = (trees: readonly StoredTree[], diskUsed = 90): ImageStore => ({ trees, diskTotal: 100, diskUsed });

function removed(
  of: ImageStore | undefined,
  images: Partial<Images> = {},
  translations: readonly Translation[] = [],
  complete = true,
  host: Partial<Host> = {},
) {
  const all = { ...NO_IMAGES, ...(of && { store: of }), ...images };
  const world = {
    now: NOW,
    config: { ...CONFIG, imageGCLowThresholdPercent: 80 },
    host: { ...HOST, ...host },
    images: all,
    pods: { complete, items: [] },
  } as unknown as World;
  return collectGarbage(world, translations).map((step) => {
    if (step.kind === "remove-package") return step.package;
    return step.kind === "remove-image" && step.digest;
  });
}

test("the one unused for longest goes first, until the disk is five points below the threshold", () => {
  expect(removed(store([tree(1), tree(3), tree(2)]))).toEqual([digest(3)]);
  expect(removed(store([tree(1), tree(3), tree(2)], 95))).toEqual([digest(3), digest(2)]);
});

test("a pinned one stays, also when pods are evicted for the disk", () => {
  const host = { diskAvailable: HOST.diskTotal * 0.14 };
  expect(removed(store([tree(1), tree(2, { isPinned: true })], 95), {}, [], true, host)).toEqual([digest(1)]);
});

test.each<[what: string, host: Partial<Host>, all: boolean]>([
  ["the disk", { diskAvailable: HOST.diskTotal * 0.14 }, true],
  ["the disk's inodes", { inodesFree: 1 }, true],
  ["a disk of images alone", { imageDisk: { ...HOST, diskAvailable: HOST.diskTotal * 0.14 } }, true],
  ["a disk without images", { diskAvailable: 1, imageDisk: { ...HOST } }, false],
  ["memory", { memoryAvailable: 1 }, false],
])("for want of %s: %o, all unused ones go: %s", (_, host, all) => {
  const gone = removed(store([tree(1), tree(3), tree(2, { users: ["uid/app"] })], 10), {}, [], true, host);
  expect(gone).toEqual(all ? [digest(3), digest(1)] : []);
});

test("a package is removed by its name", () => {
  expect(removed(store([tree(1, { digest: "deb://redis-server:amd64=5:7.0.15-1" })]))).toEqual(["redis-server"]);
});

test("nothing goes while there is room", () => {
  expect(removed(undefined)).toEqual([]);
});

describe("what stays", () => {
  test("what a container runs on", () => {
    expect(removed(store([tree(1, { users: ["uid/app"] })]))).toEqual([]);
  });

  test("what a pod is about to use", () => {
    const stored = { digest: digest(1) } as StoredImage;
    const wanting = { kind: "runnable", containers: [{ image: { id: "", stored } }] } as unknown as Translation;
    expect(removed(store([tree(1)]), {}, [wanting])).toEqual([]);
  });

  test("what a pod is about to mount", () => {
    const imageVolumes = [{ volume: "v", reference: "files:1", digest: digest(1) }];
    const wanting = { kind: "runnable", containers: [], imageVolumes } as unknown as Translation;
    expect(removed(store([tree(1)]), {}, [wanting])).toEqual([]);
  });

  test("what has come just now", () => {
    expect(removed(store([tree(1, { pulledAt: NOW - 119_000 })]))).toEqual([]);
  });

  test("everything, while something is pulled", () => {
    expect(removed(store([tree(1)]), { pulling: new Set(["app"]) })).toEqual([]);
  });

  test("everything, while nobody knows all pods", () => {
    expect(removed(store([tree(1)]), {}, [], false)).toEqual([]);
  });
});
