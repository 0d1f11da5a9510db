import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { filesFingerprint } from "../../../src/io/host/fingerprint.ts";

let directory: string;
const at = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-fingerprint-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe("the fingerprint of a file", () => {
  const changed = (name: string, change: () => void) => {
    const before = filesFingerprint([at(name)]);
    expect(filesFingerprint([at(name)])).toBe(before);
    change();
    return filesFingerprint([at(name)]) !== before;
  };

  test("changes with its content", () => {
    writeFileSync(at("a"), "1");
    expect(changed("a", () => writeFileSync(at("a"), "22"))).toBe(true);
  });

  test("changes with the content of the file that it links to", () => {
    writeFileSync(at("target"), "1");
    symlinkSync("target", at("link"));
    expect(changed("link", () => writeFileSync(at("target"), "22"))).toBe(true);
  });

  test("changes when a directory on the way of the link is replaced, as the kubelet replaces ..data", () => {
    for (const name of ["..1", "..2"]) {
      mkdirSync(at(name));
      writeFileSync(join(at(name), "a"), "1");
    }
    symlinkSync("..1", at("..data"));
    symlinkSync("..data/a", at("a"));
    const replace = () => {
      symlinkSync("..2", at("..data_tmp"));
      renameSync(at("..data_tmp"), at("..data"));
    };
    expect(changed("a", replace)).toBe(true);
  });

  test("changes when the target of a link appears", () => {
    symlinkSync("nowhere", at("link"));
    expect(changed("link", () => writeFileSync(at("nowhere"), ""))).toBe(true);
  });

  test("is a value also for a link that leads to itself, and for no file", () => {
    symlinkSync("circle", at("circle"));
    expect(changed("circle", () => undefined)).toBe(false);
    expect(changed("none", () => undefined)).toBe(false);
  });
});
