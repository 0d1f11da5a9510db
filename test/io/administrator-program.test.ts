import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { whyUntrusted } from "../../src/io/administrator-program.ts";
import { canMount } from "./empty-host.ts";

let directory: string;
let hook: string;

beforeEach(() => {
  // The directories above must be those of root, and /tmp may be anybody's.
  directory = mkdtempSync("/var/lib/unitlet-hook-");
  chmodSync(directory, 0o755);
  hook = join(directory, "hook");
  writeFileSync(hook, "#!/bin/sh\n");
  chmodSync(hook, 0o755);
});

afterEach(() => rmSync(directory, { recursive: true }));

describe.skipIf(!canMount)("a program of the administrator", () => {
  test("that root alone can change is trusted, also by a link of root", () => {
    symlinkSync(hook, join(directory, "link"));
    expect([whyUntrusted(hook), whyUntrusted(join(directory, "link"))]).toEqual([undefined, undefined]);
  });

  test("that does not exist is named", () => {
    expect(whyUntrusted(join(directory, "absent"))).toBe("does not exist");
  });

  test("that is a directory, or not executable, is refused", () => {
    chmodSync(hook, 0o644);
    expect([whyUntrusted(directory), whyUntrusted(hook)]).toEqual([
      "is not a regular file",
      "is not executable: chmod 755",
    ]);
  });

  test.each([
    ["another user owns", () => chownSync(hook, 1234, 0), "belongs to another user"],
    ["a group can write", () => chmodSync(hook, 0o775), "has the mode 775"],
    ["all can write", () => chmodSync(hook, 0o757), "has the mode 757"],
  ])("that %s is refused", (_, change, because) => {
    change();
    expect(whyUntrusted(hook)).toBe(`can be changed by others than root, because ${hook} ${because}`);
  });

  test("behind a link of another user is refused, also between links of root", () => {
    const foreign = join(directory, "foreign");
    mkdirSync(foreign);
    symlinkSync("../hook", join(foreign, "link"));
    symlinkSync(join(foreign, "link"), join(directory, "first"));
    expect(whyUntrusted(join(directory, "first"))).toBe(undefined);
    chownSync(foreign, 1234, 0);
    const because = `can be changed by others than root, because ${foreign} belongs to another user`;
    expect(whyUntrusted(join(directory, "first"))).toBe(because);
  });

  test("behind a loop of links is refused", () => {
    symlinkSync("loop", join(directory, "loop"));
    expect(whyUntrusted(join(directory, "loop"))).toBe("is behind a loop of links");
  });

  test("in a directory of another user is refused, also by a link there", () => {
    const foreign = join(directory, "foreign");
    mkdirSync(foreign);
    symlinkSync(hook, join(foreign, "link"));
    chownSync(foreign, 1234, 0);
    const because = `can be changed by others than root, because ${foreign} belongs to another user`;
    expect(whyUntrusted(join(foreign, "link"))).toBe(because);
  });
});
