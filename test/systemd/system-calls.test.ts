import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// The numbers of system calls that Perl needs, compared with libseccomp's tables of each architecture.
const ARCHITECTURES = ["x86_64", "aarch64"] as const;
const HELPERS = "units/helpers";
const SHARED = `${HELPERS}/container/system-calls.pl`;

type Numbers = readonly [x64: number, arm64: number];

function resolve(architecture: string, name: string): number {
  return Number(execFileSync("scmp_sys_resolver", ["-a", architecture, name], { encoding: "utf8" }));
}

const read = (path: string) => readFileSync(path, "utf8");

/** The numbers of a text, as the name of a call and one number, or one for each architecture. */
function tablesOf(text: string): Record<string, Numbers> {
  const same = [...text.matchAll(/\b([a-z]\w+) => (\d+),/g)].map(([, name, number]) => [name, [number, number]]);
  const differing = [...text.matchAll(/\b([a-z]\w+) => \[ (\d+), (\d+) \]/g)].map(([, name, ...of]) => [name, of]);
  const numbers = [...same, ...differing] as [string, [string, string]][];
  return Object.fromEntries(numbers.map(([name, of]) => [name, [Number(of[0]), Number(of[1])] as const]));
}

function numbersIn(path: string, pattern: RegExp): Numbers {
  const [, ...found] = (pattern.exec(read(path)) ?? []).map(Number);
  return found as unknown as Numbers;
}

/** Those of run-needed, whose table has them by architecture in this order. */
function inRunNeeded(...names: readonly string[]): Record<string, Numbers> {
  const [, x64 = "", arm64 = ""] =
    /62 => \[ (.*?) \], 183 => \[ (.*?) \]/.exec(read(`${HELPERS}/agent/run-needed`)) ?? [];
  const [first, second] = [x64, arm64].map((row) => row.split(", ").map(Number)) as [number[], number[]];
  expect([first.length, second.length]).toEqual([names.length, names.length]);
  return Object.fromEntries(names.map((name, at) => [name, [first[at], second[at]] as unknown as Numbers]));
}

/** The numbers outside of the shared table. */
const ALONE: Record<string, Numbers> = {
  llistxattr: numbersIn(`${HELPERS}/image/image-dedup`, /x86_64 => \[(\d+), \d+\], aarch64 => \[(\d+),/),
  lgetxattr: numbersIn(`${HELPERS}/image/image-dedup`, /x86_64 => \[\d+, (\d+)\], aarch64 => \[\d+, (\d+)\]/),
  ...inRunNeeded("statx", "clock_gettime", "getrusage", "statfs"),
  recvmsg: numbersIn(`${HELPERS}/container/terminal.pl`, /\$recvmsg = .*\^x86_64\/ \? (\d+) : (\d+);/),
};

const SAME_EVERYWHERE: Record<string, readonly [path: string, pattern: RegExp]> = {
  pidfd_open: [`${HELPERS}/api/api-command.pl`, /\$pidfd_open, .*?= \( \w+, \w+, (\d+),/],
  landlock_create_ruleset: ["src/io/host/landlock.ts", /syscall\((\d+),/],
};

test("the system calls of container-run have the numbers of both architectures", () => {
  const numbers = tablesOf(read(SHARED).split("\nsub ")[0] ?? "");
  expect(Object.keys(numbers).length).toBeGreaterThan(25);
  const right = Object.keys(numbers).map((name) => [name, ARCHITECTURES.map((each) => resolve(each, name))]);
  expect(numbers).toEqual(Object.fromEntries(right));
});

test.each(Object.entries(ALONE))("the numbers of %s are those of both architectures", (name, numbers) => {
  expect(numbers).toEqual(ARCHITECTURES.map((each) => resolve(each, name)));
});

test.each(Object.entries(SAME_EVERYWHERE))(
  "the number of %s is that of both architectures",
  (name, [path, pattern]) => {
    const [, number] = pattern.exec(read(path)) ?? [];
    expect(ARCHITECTURES.map((each) => resolve(each, name))).toEqual([Number(number), Number(number)]);
  },
);

test("the filter of limits has the number of 32-bit programs of both architectures", () => {
  const [, x86, arm] = /audit_architecture\(\) == 0xc000003e \? (\d+) : (\d+);/.exec(
    read(`${HELPERS}/container/rights.pl`),
  ) as RegExpExecArray;
  expect([Number(x86), Number(arm)]).toEqual([resolve("x86", "prlimit64"), resolve("arm", "prlimit64")]);
});

test("no other helper makes a system call by its number", () => {
  const known = [
    ...["agent/run-needed", "api/api-command.pl", "container/system-calls.pl", "container/terminal.pl"],
    "image/image-dedup",
  ];
  const files = readdirSync(HELPERS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(HELPERS.length + 1));
  const calling = paths.filter((path) => /\bsyscall[ (]+(?!number_of\()[\d$]/.test(read(`${HELPERS}/${path}`)));
  expect(calling.sort()).toEqual(known.sort());
});
