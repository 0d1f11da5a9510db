import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "./empty-host.ts";

const FULL =
  "too little of /run would be left for other pods: free space there, or use fewer or smaller ConfigMaps and Secrets";

test.runIf(canMount)(
  "large files of pods leave a quarter of /run, small ones a tenth, and as much of its inodes",
  async () => {
    const seen = await onEmptyHost(async (load) => {
      const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
      const fs = await load<typeof import("node:fs")>("node:fs");
      const { checkRunSpace } = await load<typeof import("../../src/io/run-space.ts")>("src/io/run-space.ts");
      execFileSync("mount", ["-o", "remount,size=10m,nr_inodes=1000", "/run"]);
      const said = (lengths: readonly number[]) => {
        try {
          checkRunSpace(lengths);
          return "written";
        } catch (error) {
          return (error as Error).message;
        }
      };
      const many = (count: number) => Array.from({ length: count }, () => 1);
      const empty = [said([1000]), said([7_800_000]), said([7_900_000]), said(many(700)), said(many(800))];
      fs.writeFileSync("/run/x", Buffer.alloc(8_000_000));
      const used = [said([1000]), said([100_000])];
      fs.writeFileSync("/run/y", Buffer.alloc(1_500_000));
      return [...empty, ...used, said([1000])];
    });
    expect(seen).toEqual(["written", "written", FULL, "written", FULL, "written", FULL, FULL]);
  },
);
