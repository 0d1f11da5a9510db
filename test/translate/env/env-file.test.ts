import { expect, test } from "vitest";
import { envFileValue, neededEnvFiles } from "../../../src/translate/env/env-file.ts";
import { container, pod, UID } from "../base.ts";

test.for([
  ["A='x'", "A", "x"],
  ["A='x'\n", "A", "x"],
  ["\n  # a comment\n\tA='x'   # and more\nB='y'", "B", "y"],
  ["A='two\nlines'\nB='y'", "A", "two\nlines"],
  ["A='B=1'\nB='y'", "B", "y"],
  ["A=''", "A", ""],
  ["A= 'x'", "A", ""],
  ["a.b-c='x'", "a.b-c", "x"],
  ["A='x'", "B", undefined],
  ["A='x", "A", undefined],
  ["A=x", "A", undefined],
  ["A='x'y", "A", undefined],
  ["A ='x'", "A", undefined],
  ["no line\nA='x'", "A", undefined],
  ["='x'", "", undefined],
] as const)("%j has for %s %j", ([text, key, value]) => {
  expect(envFileValue(text, key)).toBe(value);
});

test.for([" ".repeat(65_000), "a".repeat(65_000), "a ".repeat(32_000), "\ta".repeat(32_000)])(
  "what a container has written to keep the reader busy is read in no time (%#)",
  (text) => {
    const begun = process.cpuUsage();
    expect(envFileValue(`${text}x`, "x")).toBeUndefined();
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(500);
  },
);

test("the file lies in the pod's own volume, on the disk or in memory", () => {
  const env = (volumeName: string) => [{ name: "A", valueFrom: { fileKeyRef: { volumeName, path: "f", key: "A" } } }];
  const of = pod({
    volumes: [
      { name: "disk", emptyDir: {} },
      { name: "memory", emptyDir: { medium: "Memory" } },
    ],
    containers: [container({ env: env("disk") }), container({ name: "other", env: env("memory") })],
  });
  expect(neededEnvFiles(of)).toEqual([
    { key: `${UID}/disk/f`, root: `/var/lib/unitlet/pods/${UID}/volumes/disk`, path: "f" },
    { key: `${UID}/memory/f`, root: `/run/unitlet/pods/${UID}/volumes/memory`, path: "f" },
  ]);
});
