import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkRelease } from "../../src/cli/release-checksum.ts";

const SUM = createHash("sha256").update("release").digest("hex");

let home: string;
let release: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "release-"));
  release = join(home, "unitlet.tar.gz");
  writeFileSync(release, "release");
});

afterEach(() => rmSync(home, { recursive: true }));

const list = (text: string) => writeFileSync(join(home, "SHA256SUMS"), text);

test.each([
  ["as text", `${"0".repeat(64)}  other.tar.gz\n${SUM}  unitlet.tar.gz\n`],
  ["as binary", `${SUM} *unitlet.tar.gz\n`],
])("a release that SHA256SUMS lists %s is taken", (_, text) => {
  list(text);
  expect(() => checkRelease(release)).not.toThrow();
});

test("a release whose checksum is given is taken", () => {
  expect(() => checkRelease(release, SUM.toUpperCase())).not.toThrow();
});

test("a release that was changed is refused", () => {
  list(`${SUM}  unitlet.tar.gz\n`);
  writeFileSync(release, "changed");
  expect(() => checkRelease(release)).toThrow(`and should be ${SUM}. Nothing was written`);
});

test.each([[undefined], ["0  other.tar.gz\n"]])("a release without a known checksum is refused: %j", (text) => {
  if (text !== undefined) list(text);
  expect(() => checkRelease(release)).toThrow("its checksum is not known");
});

test("a release that is not there is named", () => {
  expect(() => checkRelease(join(home, "absent"), SUM)).toThrow("absent: No such file");
});
