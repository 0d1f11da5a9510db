import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeTree } from "../../src/io/remove-tree.ts";

let root: string;
const FILES = Array.from({ length: 300 }, (_, at) => `tree/many/${at}`);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unitlet-tree-"));
  for (const directory of ["tree/many", "tree/a/b", "outside"]) mkdirSync(join(root, directory), { recursive: true });
  for (const file of [...FILES, "tree/a/b/file", "outside/file"]) writeFileSync(join(root, file), "");
  symlinkSync(join(root, "outside"), join(root, "tree/link"));
});

afterEach(() => rmSync(root, { recursive: true }));

test("a tree is removed with all that is in it, and nothing that its links lead to", () => {
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
  expect(existsSync(join(root, "tree"))).toBe(false);
  expect(existsSync(join(root, "outside/file"))).toBe(true);
});

test("when it is late the rest stays for the next time", () => {
  let looks = 0;
  expect(removeTree(join(root, "tree"), () => ++looks > 200)).toBe(false);
  const left = readdirSync(join(root, "tree"), { recursive: true }).length;
  expect(left).toBeGreaterThan(50);
  expect(left).toBeLessThan(300);
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
});

test("a tree that is deeper than any path is removed as well", () => {
  execFileSync("perl", ["-e", 'for (1..1000) { mkdir "deep" or die; chdir "deep" }'], { cwd: join(root, "tree") });
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
});

test("a name that is not UTF-8 is removed", () => {
  const path = Buffer.concat([Buffer.from(`${root}/tree/a/`), Buffer.from([0x78, 0xff, 0xfe])]);
  writeFileSync(path, "");
  mkdirSync(Buffer.concat([path, Buffer.from("d")]));
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
  expect(existsSync(join(root, "tree"))).toBe(false);
});

/** Makes pairs of a directory and a link, and exchanges each pair without end by renameat2(RENAME_EXCHANGE). */
const EXCHANGE = `
  my ($tree, $outside) = @ARGV;
  my $call = qx(uname -m) =~ /aarch64/ ? 276 : 316;
  $| = 1;
  print "ready\\n";
  while (1) {
    for (1..60) {
      mkdir "$tree/d$_"; open my $file, ">", "$tree/d$_/file"; symlink $outside, "$tree/l$_";
      syscall $call, -100, "$tree/d$_", -100, "$tree/l$_", 2 for 1..20;
    }
  }
`;

test("links and directories that are exchanged during the removal cost no file outside", async () => {
  for (let at = 0; at < 400; at += 1) writeFileSync(join(root, `outside/${at}`), "");
  const attacker = spawn("perl", ["-e", EXCHANGE, join(root, "tree"), join(root, "outside")]);
  try {
    await new Promise((resolve) => attacker.stdout.once("data", resolve));
    const end = Date.now() + 3000;
    while (Date.now() < end && existsSync(join(root, "tree"))) removeTree(join(root, "tree"), () => Date.now() > end);
  } finally {
    attacker.kill("SIGKILL");
    await new Promise((resolve) => attacker.once("exit", resolve));
  }
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
  expect(readdirSync(join(root, "outside"))).toHaveLength(401);
});

test("what is not there is removed", () => {
  expect(removeTree(join(root, "none"), () => false)).toBe(true);
});
