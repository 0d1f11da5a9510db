import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { endLayoutWatch, watchLayouts } from "../../../src/io/images/layout-watch.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "layout-watch-"));
  for (const name of ["systemctl", "systemd-run"]) {
    writeFileSync(join(home, name), `#!/bin/sh\necho "\${0##*/} $*" >>${home}/calls\nexit 5\n`);
    chmodSync(join(home, name), 0o755);
  }
  vi.stubEnv("PATH", home);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

test("the end of a watch also ends what waits to start the import, whose name the next watch needs", () => {
  endLayoutWatch();
  const calls = readFileSync(join(home, "calls"), "utf8");
  expect(calls).toBe("systemctl stop unitlet-images-layouts.path unitlet-images-layouts.service\n");
});

test("a watch that systemd refuses is an error", () => {
  expect(() => watchLayouts(["/etc/unitlet/images/layout"])).toThrow("unitlet-images-layouts");
});
