import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Interrupted, writeTar } from "../../src/io/tar-file.ts";

let home: string;
let file: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tar-file-"));
  file = join(home, "out.tar");
  writeFileSync(join(home, "content"), "x");
});

afterEach(() => rmSync(home, { recursive: true }));

const write = (name: string) => writeTar(file, ["--directory", home, name], () => {});

test("the file replaces another one, and only its owner can read it", async () => {
  writeFileSync(file, "old", { mode: 0o644 });
  await write("content");
  expect(execFileSync("tar", ["-tf", file], { encoding: "utf8" })).toBe("content\n");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a link that waits for its temporary file is not followed", async () => {
  writeFileSync(join(home, "foreign"), "foreign");
  symlinkSync(join(home, "foreign"), join(home, ".out.tar.partial"));
  await write("content");
  expect(readFileSync(join(home, "foreign"), "utf8")).toBe("foreign");
});

test.each<[string, () => void]>([
  ["a link", () => symlinkSync("content", file)],
  ["a directory", () => mkdirSync(file)],
  ["a pipe", () => execFileSync("mkfifo", [file])],
])("%s in its place is refused", async (_, make) => {
  make();
  await expect(write("content")).rejects.toThrow("it is no regular file");
});

test("nothing is left after a failure", async () => {
  await expect(write("absent")).rejects.toThrow("absent");
  expect(readdirSync(home)).toEqual(["content"]);
});

test("it tells how many bytes are written, which none are after an interrupt", async () => {
  execFileSync("mkfifo", [join(home, "slow")]);
  const told: number[] = [];
  // tar does not read a pipe by its name, so it is given the name of what it reads.
  const writing = writeTar(file, ["--directory", home, `--files-from=${join(home, "slow")}`], (bytes) => {
    told.push(bytes);
    process.emit("SIGINT");
  });
  await expect(writing).rejects.toThrow(Interrupted);
  expect([told.length > 0, readdirSync(home)]).toEqual([true, ["content", "slow"]]);
});
