import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readKubeconfig } from "../../../src/io/schema/kubeconfig.ts";

let directory: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-kubeconfig-"));
  path = join(directory, "kubeconfig");
});

afterAll(() => rmSync(directory, { recursive: true }));

const KUBECONFIG = {
  "current-context": "there",
  contexts: [{ name: "there", context: { cluster: "c", user: "u" } }],
  clusters: [
    {
      name: "c",
      cluster: { server: "https://192.0.2.1:6443", "certificate-authority": "/ca", "insecure-skip-tls-verify": false },
    },
  ],
  users: [{ name: "u", user: { token: "secret" } }],
};

type Path = readonly (string | number)[];

/** Returns the paths of all values in a tree. */
function pathsOf(tree: unknown): Path[] {
  if (typeof tree !== "object" || tree === null) return [[]];
  const below = Array.isArray(tree) ? [...tree.entries()] : Object.entries(tree);
  return [[], ...below.flatMap(([key, value]) => pathsOf(value).map((path): Path => [key, ...path]))];
}

function replaced(tree: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const below = replaced((tree as Record<string | number, unknown>)[key], rest, value);
  return Array.isArray(tree) ? Object.assign([...tree], { [key]: below }) : { ...(tree as object), [key]: below };
}

describe("a kubeconfig", () => {
  test.for([[null], [5], ["x"], [true], [[]], [{}], [[null, 5, "x"]]])(
    "is used or refused with the value %j in any place",
    ([value]) => {
      for (const at of pathsOf(KUBECONFIG)) {
        writeFileSync(path, JSON.stringify(replaced(KUBECONFIG, at, value)));
        try {
          expect(readKubeconfig(path)?.server).toBe("https://192.0.2.1:6443");
        } catch (error) {
          expect([at, (error as Error).name]).toEqual([at, "ConfigError"]);
        }
      }
    },
  );

  test("is a mistake as a link that leads nowhere, and does not mean a standalone host", () => {
    const link = join(directory, "link");
    symlinkSync("nowhere", link);
    expect(() => readKubeconfig(link)).toThrow(`${link}: cannot be read: ENOENT`);
  });

  test("may be missing", () => {
    expect(readKubeconfig(join(directory, "none"))).toBeUndefined();
  });
});
