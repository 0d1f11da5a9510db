import { statfsSync } from "node:fs";
import { expect, test } from "vitest";
import { measureFileSystems } from "../../../src/io/host/file-system-usage.ts";

test("a file system has the numbers of statfs, and a path that is missing has none", async () => {
  const measured = await measureFileSystems(["/proc", "/missing", "/proc"]);
  expect([...measured.keys()]).toEqual(["/proc"]);
  const { blocks, bsize, files } = statfsSync("/dev/shm");
  const shm = (await measureFileSystems(["/dev/shm"])).get("/dev/shm");
  expect(shm).toMatchObject({ capacity: blocks * bsize, inodes: files });
  expect(shm?.inodesUsed).toBe(files - (shm?.inodesFree ?? 0));
  expect(shm?.available).toBeLessThanOrEqual(blocks * bsize - (shm?.used ?? 0));
});
