import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/volumes/storage.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("a hostPath", () => {
  test("below an allowed hostPath is created there, and neither a link nor a path of the host leads out", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { prepareStorage, readFailures } = await load<Subject>("src/io/volumes/storage.ts");
      const { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } = await load<Fs>("node:fs");
      mkdirSync("/run/allowed/real", { recursive: true });
      mkdirSync("/run/secret/in", { recursive: true });
      symlinkSync("/run/secret", "/run/allowed/absolute");
      symlinkSync("../secret", "/run/allowed/relative");
      symlinkSync("real", "/run/allowed/inside");
      const at = (name: string) => `/run/unitlet/pods/u-1/subpaths/.volumes/${name}`;
      const below = (name: string, subPath: string, more: object = {}) =>
        ({ kind: "sub-path", path: at(name), root: "/run/allowed", subPath, writable: false, ...more }) as const;
      prepareStorage("u-1", [
        below("directory", "new/deep", { writable: true }),
        below("file", "real/file", { makesFile: true }),
        below("inside", "inside"),
        below("absolute", "absolute/in"),
        below("relative", "relative/in"),
        below("made", "absolute/made", { writable: true }),
        below("made-file", "relative/made", { makesFile: true }),
      ]);
      return {
        made: [statSync("/run/allowed/new/deep").isDirectory(), statSync(at("file")).isFile()],
        inside: existsSync(`${at("inside")}/file`),
        secret: readdirSync("/run/secret"),
        failures: [...readFailures("u-1")].map(([path, why]) => `${path.split("/").at(-1)}: ${why}`).toSorted(),
      };
    });
    expect(seen).toEqual({
      made: [true, true],
      inside: true,
      secret: ["in"],
      failures: [
        "absolute: absolute/in leads out of the volume",
        "made-file: relative leads out of the volume",
        "made: absolute/made leads out of the volume",
        "relative: relative/in leads out of the volume",
      ],
    });
  });
});
