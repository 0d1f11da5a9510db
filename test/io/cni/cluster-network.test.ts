import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clusterNetworkPaths, readClusterNetwork } from "../../../src/io/cni/cluster-network.ts";

let directory: string;
const at = (name: string) => join(directory, name);
const conf = (name: string) => JSON.stringify({ cniVersion: "1.0.0", name, type: "ptp" });
const list = (name: string) => JSON.stringify({ cniVersion: "1.0.0", name, plugins: [{ type: "ptp" }] });
const NONE = { problem: "cni plugin not initialized" };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-cni-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe.skipIf(process.getuid?.() !== 0)("readClusterNetwork()", () => {
  test("there is none before an add-on has written it", () => {
    for (const path of [directory, at("missing")])
      expect(readClusterNetwork(path)).toEqual({ ...NONE, because: `there is no configuration in ${path}` });
  });

  test("the first one in order of names counts", () => {
    writeFileSync(at("20-b.conf"), conf("second"));
    writeFileSync(at("10-a.conflist"), list("first"));
    writeFileSync(at("05-notes.txt"), "");
    mkdirSync(at("00-folder.conf"));
    const found = readClusterNetwork(directory);
    expect([found.list?.name, found.problem, found.because]).toEqual(["first", undefined, undefined]);
  });

  test("one that is not usable is not skipped, as by containerd, and its path is told", () => {
    writeFileSync(at("20-b.conf"), conf("second"));
    writeFileSync(at("10-a.conflist"), "{}");
    expect(readClusterNetwork(directory)).toEqual({ ...NONE, because: `${at("10-a.conflist")}: no name` });
  });

  test("plugins in the directory with the network's name follow", () => {
    writeFileSync(at("10-a.conflist"), list("first"));
    mkdirSync(at("first"));
    writeFileSync(at("first/10-more.conf"), '{"type":"tuning"}');
    expect(readClusterNetwork(directory).list?.plugins.map(({ type }) => type)).toEqual(["ptp", "tuning"]);
    writeFileSync(at("first/10-more.conf"), "3");
    expect(readClusterNetwork(directory).because).toContain(`${at("first/10-more.conf")}: error parsing`);
  });

  test.for<[string, string, () => void]>([
    ["a file that a group may write", "10-a.conf", () => chmodSync(at("10-a.conf"), 0o664)],
    ["a file of another user", "10-a.conf", () => chownSync(at("10-a.conf"), 1000, 0)],
    ["a directory that all may write", "", () => chmodSync(directory, 0o777)],
  ])("%s is not used, because it names programs for root", ([, name, change]) => {
    writeFileSync(at("10-a.conf"), conf("first"));
    change();
    const path = name === "" ? directory : at(name);
    const because = `${path} must belong to root, and no other user may write there: use chown and chmod`;
    expect(readClusterNetwork(directory)).toEqual({ ...NONE, because });
  });
});

test("the paths whose change rings are the directory, its files and those of its folders", () => {
  writeFileSync(at("10-a.conflist"), list("first"));
  mkdirSync(at("first"));
  writeFileSync(at("first/10-more.conf"), "");
  const paths = ["", "/10-a.conflist", "/first", "/first/10-more.conf"].map((name) => `${directory}${name}`);
  expect(clusterNetworkPaths(directory)).toEqual(paths);
});
