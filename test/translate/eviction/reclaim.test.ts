import { describe, expect, test } from "vitest";
import { NO_IMAGES } from "../../../src/model/image/image.ts";
import { HOST } from "../base.ts";
import { evicted, MI, running, using } from "./base.ts";

describe("for want of room for images", () => {
  const short = { ...HOST, diskTotal: 1000 * MI, diskAvailable: 140 * MI, inodesFree: HOST.inodesTotal };
  const usage = { a: using(1, { disk: 1 * MI }), b: using(1, { disk: 2 * MI }) };
  const pods = [running("a"), running("b", {}, { priority: 1 })];
  const message = "The node was low on resource: ephemeral-storage. Threshold quantity: 150Mi, available: 140Mi. ";
  const tree = { digest: "sha256:1", names: [], size: 1, diskSize: 1, pulledAt: -120_000, usedAt: 0, users: [] };
  const storing = (trees: readonly object[]) => ({
    images: { ...NO_IMAGES, store: { trees, diskTotal: 1, diskUsed: 1 } },
  });

  test("the pods of a disk that has both go by their files", () => {
    expect(Object.keys(evicted([running("a"), running("b")], usage, short))).toEqual(["b"]);
    expect(evicted(pods, usage, short)).toEqual({ a: message });
  });

  test("the pods go by their priority when the images are on another disk", () => {
    const host = { imageDisk: short };
    expect(evicted([...pods].toReversed(), usage, host)).toEqual({ a: message });
  });

  test("unused images go first", () => {
    expect(evicted(pods, usage, short, storing([tree]))).toEqual({});
    expect(evicted(pods, usage, short, storing([{ ...tree, users: ["uid/app"] }]))).toEqual({ a: message });
    expect(evicted(pods, usage, short, storing([{ ...tree, pulledAt: -119_999 }]))).toEqual({ a: message });
  });

  test("unused images do not go for files of pods on another disk", () => {
    const host = { ...short, imageDisk: HOST, diskAvailable: 90 * MI };
    expect(Object.keys(evicted(pods, usage, host, storing([tree])))).toEqual(["a"]);
  });

  test("pods go when the removal of images has not helped within a minute", () => {
    const key = `imagefs.available<${0.15 * 1000 * MI}/0`;
    const now = 70_000;
    const since = (at: number) => ({
      ...{ ...short, pressureHistory: { at: now, since: { [key]: at }, active: [], conditions: {} } },
    });
    const images = { ...storing([tree]), now };
    expect(evicted(pods, usage, since(now - 59_999), images)).toEqual({});
    expect(Object.keys(evicted(pods, usage, since(now - 60_000), images))).toEqual(["a"]);
  });
});
