import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { CgroupFiles } from "../../../src/io/host/cgroup-files.ts";
import { podsMemoryFiles, readPodsMemory } from "../../../src/io/host/cgroup-memory.ts";

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function tree(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "unitlet-cgroup-"));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `${text}\n`);
  }
  return { root, files: new CgroupFiles(root) };
}

describe.each([
  {
    version: "v2",
    directory: "unitlet.slice",
    base: {
      "cgroup.controllers": "memory",
      "unitlet.slice/memory.current": "5000",
      "unitlet.slice/memory.max": "9000",
      "unitlet.slice/memory.stat": "anon 1\ninactive_file 200",
    },
    limit: "unitlet.slice/memory.max",
    none: "max",
    lines: { usage: "memory.current", inactive: "inactive_file" },
  },
  {
    version: "v1",
    directory: "memory/unitlet.slice",
    base: {
      "memory/unitlet.slice/memory.usage_in_bytes": "5000",
      "memory/unitlet.slice/memory.limit_in_bytes": "9000",
      "memory/unitlet.slice/memory.stat": "inactive_file 1\ntotal_inactive_file 200",
    },
    limit: "memory/unitlet.slice/memory.limit_in_bytes",
    none: "9223372036854771712",
    lines: { usage: "memory.usage_in_bytes", inactive: "total_inactive_file" },
  },
])("the memory of all pods on $version", ({ directory, base, limit, none, lines }) => {
  test("is the limit that the kernel has, and what is used without inactive file pages", () => {
    expect(readPodsMemory(tree(base).files)).toEqual({ limit: 9000, workingSet: 4800 });
  });

  test("is unknown without a limit", () => {
    expect(readPodsMemory(tree({ ...base, [limit]: none }).files)).toBeUndefined();
  });

  test("is unknown while there are no pods", () => {
    expect(readPodsMemory(tree({ "cgroup.controllers": "" }).files)).toBeUndefined();
  });

  test("is at the path that ticks read", () => {
    const { root, files } = tree(base);
    expect(podsMemoryFiles(files)).toEqual({ directory: join(root, directory), ...lines });
  });
});
