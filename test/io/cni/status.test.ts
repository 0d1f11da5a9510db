import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { networkStatus } from "../../../src/io/cni/status.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-status-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Writes a plugin, and returns it with its configuration. */
function plugin(type: string, script: string) {
  const path = join(directory, type);
  writeFileSync(path, `#!/bin/sh\n{ echo "$CNI_COMMAND $CNI_PATH"; cat; } >${directory}/asked.${type}\n${script}\n`);
  chmodSync(path, 0o755);
  return { type, capabilities: [], config: { type, mtu: 1400, name: "pods", cniVersion: "1.1.0" } };
}

const status = (plugins: ReturnType<typeof plugin>[], cniVersion = "1.1.0") =>
  networkStatus({ name: "pods", cniVersion, plugins }, [directory]);
const asked = (type: string) => readFileSync(join(directory, `asked.${type}`), "utf8");

test("every plugin is asked with its configuration, and all can", () => {
  expect(status([plugin("one", "exit 0"), plugin("two", "exit 0")])).toBeUndefined();
  const [first, input = ""] = asked("two").split("\n");
  expect(first).toBe(`STATUS ${directory}`);
  expect(JSON.parse(input)).toEqual({ type: "two", mtu: 1400, name: "pods", cniVersion: "1.1.0" });
});

test("before version 1.1 none is asked", () => {
  expect(status([plugin("one", "exit 1")], "1.0.0")).toBeUndefined();
});

test.for<[string, string, string]>([
  [
    "the specification's error",
    `echo '{"code":50,"msg":"not yet","details":"no daemon"}'; exit 1`,
    "not yet; no daemon",
  ],
  ["words", "echo no daemon >&2; exit 1", "no daemon"],
  ["nothing", "exit 3", "plugin one failed with no error message: exit status 3"],
])("one that cannot, with %s", ([, script, expected]) => {
  expect(status([plugin("one", script), plugin("two", "exit 0")])).toBe(expected);
});

test("one that is missing", () => {
  const missing = { type: "one", capabilities: [], config: {} } as never;
  expect(status([missing])).toBe(`failed to find plugin "one" in path [${directory}]`);
});

test("a child that one leaves keeps no other waiting", () => {
  const leaves = plugin("one", "sleep 6 & exit 0");
  expect(status([leaves, plugin("two", "echo 'no daemon'; exit 1")])).toBe("no daemon");
});

test("all together have 5 s", () => {
  const expected = "the plugins have not ended within 5 s: two";
  expect(status([plugin("one", "sleep 1"), plugin("two", "sleep 4.5"), plugin("three", "exit 0")])).toBe(expected);
});
