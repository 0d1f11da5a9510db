import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** A bundle with a function that only a run compiles that has something to start. */
const BUNDLE = `
  function rare(n) { const words = []; for (let at = 0; at < n; at += 1) words.push("word " + at); return words.join(" "); }
  if (process.argv[3] === "start") { rare(9); process.emit("keep-code"); }
`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-loader-"));
  copyFileSync("src/io/bundles/loader.cjs", join(directory, "run.cjs"));
  writeFileSync(join(directory, "job.cjs"), BUNDLE);
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the bundle, and returns the names, sizes and inodes of what is stored then. */
function runs(...args: string[]): { readonly name: string; readonly size: number; readonly ino: number }[] {
  const cache = join(directory, "cache");
  execFileSync(process.execPath, [join(directory, "run.cjs"), "job", ...args], { env: { CACHE_DIRECTORY: cache } });
  return readdirSync(cache).map((name) => {
    const { size, ino } = statSync(join(cache, name));
    return { name, size, ino };
  });
}

test("the first run stores what it has compiled, and the next ones use that", () => {
  const first = runs();
  expect(first).toEqual([expect.objectContaining({ name: expect.stringMatching(/^job\.[^/]*\d$/) })]);
  expect(runs()).toEqual(first);
});

test("the first run that starts a container stores the code once more, with what it has compiled", () => {
  const [idle] = runs();
  const [started, ...others] = runs("start");
  expect([started?.name, others]).toEqual([`${idle?.name}.whole`, []]);
  expect(started?.size).toBeGreaterThan(idle?.size ?? Number.NaN);
  expect(runs("start")).toEqual([started]);
  expect(runs()).toEqual([started]);
});

test("a bundle that is needed twice is loaded once", () => {
  writeFileSync(join(directory, "job.cjs"), `require("./part.cjs"); require("./part.cjs");`);
  writeFileSync(join(directory, "part.cjs"), `process.stdout.write("loaded ");`);
  const env = { CACHE_DIRECTORY: join(directory, "cache") };
  const said = execFileSync(process.execPath, [join(directory, "run.cjs"), "job"], { env, encoding: "utf8" });
  expect(said).toBe("loaded ");
});

test("stored code that V8 rejects is replaced", () => {
  const [started] = runs("start");
  writeFileSync(join(directory, "cache", started?.name ?? ""), "no code");
  const idle = runs();
  expect(idle).toEqual([expect.objectContaining({ name: started?.name.replace(/\.whole$/, "") })]);
  expect(runs()).toEqual(idle);
});

test("the code is on the disk before it has its name: V8 would run what a power failure left of it", () => {
  const hook = join(directory, "hook.cjs");
  writeFileSync(
    hook,
    `const fs = require("node:fs");
    for (const name of ["fsyncSync", "renameSync"]) {
      const call = fs[name];
      fs[name] = (...args) => (call(...args), process.stdout.write(name + " "));
    }`,
  );
  const args = ["--require", hook, join(directory, "run.cjs"), "job"];
  const env = { CACHE_DIRECTORY: join(directory, "cache") };
  expect(execFileSync(process.execPath, args, { env, encoding: "utf8" })).toBe("fsyncSync renameSync ");
});
