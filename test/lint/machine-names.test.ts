import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** A call that boots a machine, with its first argument, or its second one after a cluster. */
const BOOT =
  /\b(?:Machine\.boot|JoinedHost\.boot|ContainerUnits\.boot|ImageNode\.start)\(\s*([^,)]+)|\bNode\.join\((?:\s*await Cluster\.up\([^)]*\)|[^,()]+),\s*([^,)]+)/g;

test("each machine of the tests is named in its call, by a name of its own: files run at the same time", () => {
  const names = readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !file.startsWith("lint/"))
    .flatMap((file) =>
      [...readFileSync(`test/${file}`, "utf8").matchAll(BOOT)].map((found) => ({ file, name: found[1] ?? found[2] })),
    );
  expect(names.length).toBeGreaterThan(80);
  expect(names.filter(({ name }) => !name?.startsWith('"'))).toEqual([]);
  expect(names.filter(({ name }, index) => names.some((other, at) => at < index && other.name === name))).toEqual([]);
});
