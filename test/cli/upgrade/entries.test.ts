import { expect, test } from "vitest";
import { checkEntries } from "../../../src/cli/upgrade/entries.ts";

const DIRECTORY = "drwxr-xr-x 0/0               0 2026-01-01 00:00 unitlet-1/";
const FILE = "-rwxr-xr-x 0/0           10391 2026-01-01 00:00 unitlet-1/install.sh";
const UNIT =
  "-rw-r--r-- 0/0             122 2026-01-01 00:00 unitlet-1/units/systemd-journald@.service.d/10-unitlet.conf";

const check = (...lines: readonly string[]) =>
  checkEntries("unitlet.tar.gz", lines.map((line) => `${line}\n`).join(""));

test("files and directories below one directory are a release", () => {
  expect(() => check(DIRECTORY, FILE, UNIT)).not.toThrow();
});

test.each([
  ["a link", "lrwxrwxrwx 0/0 0 2026-01-01 00:00 unitlet-1/dist -> /etc"],
  ["a hard link", "hrw-r--r-- 0/0 0 2026-01-01 00:00 unitlet-1/dist link to /etc/shadow"],
  ["a device", "crw-rw-rw- 0/0 1,3 2026-01-01 00:00 unitlet-1/null"],
  ["a pipe", "prw-rw-rw- 0/0 0 2026-01-01 00:00 unitlet-1/pipe"],
  ["a path that leads out", "-rw-r--r-- 0/0 1 2026-01-01 00:00 unitlet-1/../etc/passwd"],
  ["an absolute path", "-rw-r--r-- 0/0 1 2026-01-01 00:00 /etc/passwd"],
  ["a path of this directory", "-rw-r--r-- 0/0 1 2026-01-01 00:00 ./unitlet-1/x"],
  ["a name with a line break", "-rw-r--r-- 0/0 1 2026-01-01 00:00 unitlet-1/a\\nb"],
])("%s is none", (_, line) => {
  expect(() => check(DIRECTORY, FILE, line)).toThrow(
    `unitlet.tar.gz is no release of unitlet: it has something that is no plain file: ${line}`,
  );
});

test("a second directory beside the first is none", () => {
  expect(() => check(DIRECTORY, FILE, FILE.replace("unitlet-1", "other"))).toThrow("not in one directory");
});

test("more than a gibibyte is none", () => {
  expect(() => check(DIRECTORY, FILE.replace("10391", String(1024 ** 3)), FILE)).toThrow(
    "its files have 1073752215 bytes",
  );
});

test("more than 5000 files are none", () => {
  expect(() => check(...Array.from({ length: 5001 }, () => FILE))).toThrow("it has 5001 files");
});
