import { expect, test } from "vitest";
import { diskFindings } from "../../src/cli/checks/disks.ts";
import { parseThresholds } from "../../src/config/eviction.ts";

const THRESHOLDS = parseThresholds(
  "nodefs.available<10%,nodefs.inodesFree<5%,imagefs.available<15%,imagefs.inodesFree<5%",
);
const disk = (available: number, inodesFree = 50) => ({
  ...{ diskTotal: 100, diskAvailable: available, inodesTotal: 100, inodesFree },
});
const REMEDY = "and the node reports DiskPressure: make room, or set evictionHard";

test.each([
  ["enough", disk(20), ["ok 20 % of /d is free"]],
  ["too little for images, on one disk with the pods", disk(12), [`error 12 % of /d is free, ${REMEDY}`]],
  [
    "enough for pods alone",
    { ...disk(12), imageDisk: disk(40) },
    ["ok 12 % of /d is free", "ok 40 % of /d/images is free"],
  ],
  [
    "too little for images on a disk of their own",
    { ...disk(40), imageDisk: disk(14) },
    ["ok 40 % of /d is free", `error 14 % of /d/images is free, ${REMEDY}`],
  ],
  [
    "too few inodes",
    disk(40, 4),
    [
      "ok 40 % of /d is free",
      "error 4 % of the inodes of /d are free, and the node reports DiskPressure: remove directories with many files, or set evictionHard",
    ],
  ],
  ["a file system without inodes", { ...disk(40), inodesTotal: 0, inodesFree: 0 }, ["ok 40 % of /d is free"]],
])("%s", (_, disks, expected) => {
  const findings = diskFindings(disks, THRESHOLDS, "/d");
  expect(findings.map(({ level, message }) => `${level} ${message}`)).toEqual(expected);
});
