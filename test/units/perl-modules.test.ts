import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** The modules of the smallest package of Perl on each distribution. Fedora has packages of their own for Errno, Fcntl and POSIX. */
const IN_EVERY_PERL = ["strict", "warnings", "Config"];
const DIRECTORY = "units/helpers";

const helpers = readdirSync(DIRECTORY, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => [path, readFileSync(path, "utf8")] as const)
  .filter(([path, text]) => path.endsWith(".pl") || text.startsWith("#!/usr/bin/perl"));

test("helpers in Perl load no module that a distribution delivers in another package", () => {
  const loaded = helpers.flatMap(([path, text]) => {
    const names = [...text.matchAll(/^\s*(?:use|no|require) ([A-Za-z]\w*(?:::\w+)*)/gm)].map(([, name = ""]) => name);
    // The hash of all errors is the module Errno.
    const all = /[$%]!\{|%!/.test(text) ? [...names, "Errno"] : names;
    return all.filter((name) => !IN_EVERY_PERL.includes(name)).map((name) => `${path}: ${name}`);
  });
  expect(helpers.length).toBeGreaterThan(15);
  expect(loaded).toEqual([]);
});
