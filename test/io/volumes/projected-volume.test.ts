import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/volumes/projected-volume.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("a projected volume", () => {
  test("has the files with their modes and owners, behind one link", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readVolumes, writeVolume } = await load<Subject>("src/io/volumes/projected-volume.ts");
      const { lstatSync, readFileSync, readlinkSync } = await load<Fs>("node:fs");
      const files = [
        ["plain", { content: "text", mode: 0o644 }],
        ["in/it/bytes", { content: "AAH/", base64: true, mode: 0o400, uid: 1000 }],
      ] as const;
      writeVolume("u-1", { name: "v", digest: "first", files });
      const root = "/run/unitlet/pods/u-1/volumes/v";
      const of = (path: string) => {
        const { mode, uid, gid } = lstatSync(`${root}/${path}`);
        return `${mode.toString(8)} ${uid}:${gid}`;
      };
      return {
        digests: [...readVolumes("u-1")],
        links: ["plain", "in"].map((name) => readlinkSync(`${root}/${name}`)),
        modes: [".", "..data/", "..data/in/it", "..data/plain", "..data/in/it/bytes"].map(of),
        content: [readFileSync(`${root}/plain`, "utf8"), readFileSync(`${root}/in/it/bytes`).toString("hex")],
        parents: lstatSync("/run/unitlet/pods/u-1/volumes/v.digest").mode.toString(8),
      };
    });
    expect(seen).toEqual({
      digests: [["v", "first"]],
      links: ["..data/plain", "..data/in"],
      modes: ["40755 0:0", "40755 0:0", "40755 0:0", "100644 0:0", "100400 1000:0"],
      content: ["text", "0001ff"],
      parents: "100600",
    });
  });

  test("gets a file in place of the directory that a subPath has made", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { writeVolume } = await load<Subject>("src/io/volumes/projected-volume.ts");
      const { mkdirSync, readFileSync, writeFileSync } = await load<Fs>("node:fs");
      const root = "/run/unitlet/pods/u-1/volumes/v";
      writeVolume("u-1", { name: "v", digest: "first", files: [] });
      mkdirSync(`${root}/key`);
      writeFileSync(`${root}/key/in`, "");
      writeVolume("u-1", { name: "v", digest: "second", files: [["key", { content: "text", mode: 0o644 }]] });
      return readFileSync(`${root}/key`, "utf8");
    });
    expect(seen).toBe("text");
  });

  test("loses its old content, and nothing that its link was bent to", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { writeVolume } = await load<Subject>("src/io/volumes/projected-volume.ts");
      const { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } = await load<Fs>("node:fs");
      const root = "/run/unitlet/pods/u-1/volumes/v";
      writeVolume("u-1", { name: "v", digest: "first", files: [] });
      mkdirSync("/run/canary");
      symlinkSync("../../../../../canary", `${root}/bent`);
      renameSync(`${root}/bent`, `${root}/..data`);
      writeVolume("u-1", { name: "v", digest: "second", files: [["key", { content: "text", mode: 0o644 }]] });
      return [
        existsSync("/run/canary"),
        readdirSync(root)
          .filter((name) => !/^\.\.\d+-\d+$/.test(name))
          .toSorted(),
      ];
    });
    expect(seen).toEqual([true, ["..data", "key"]]);
  });

  test("of a group can be read by the group, whatever the modes say", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { writeVolume } = await load<Subject>("src/io/volumes/projected-volume.ts");
      const { statSync } = await load<Fs>("node:fs");
      writeVolume("u-1", { name: "v", digest: "d", gid: 4000, files: [["in/file", { content: "", mode: 0o400 }]] });
      return ["", "/in", "/in/file"].map((path) => {
        const { mode, gid } = statSync(`/run/unitlet/pods/u-1/volumes/v${path}`);
        return `${mode.toString(8)} ${gid}`;
      });
    });
    expect(seen).toEqual(["42755 4000", "42755 4000", "100440 4000"]);
  });

  test("that cannot be written leaves nothing behind, and fails with the same words each time", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { writeVolume } = await load<Subject>("src/io/volumes/projected-volume.ts");
      const { readdirSync } = await load<Fs>("node:fs");
      const file = { content: "", mode: 0o644 };
      const attempt = (...names: readonly string[]) => {
        try {
          writeVolume("u-1", { name: "v", digest: "d", files: names.map((name) => [name, file]) });
          return "written";
        } catch (error) {
          return (error as Error).message;
        }
      };
      const messages = [attempt("a", "a/b"), attempt("a", "a/b"), attempt("a/b", "a"), attempt("x".repeat(256))];
      return { messages, left: readdirSync("/run/unitlet/pods/u-1/volumes/v") };
    });
    expect(seen).toEqual({
      messages: [
        "volume v: file a/b: EEXIST: file already exists",
        "volume v: file a/b: EEXIST: file already exists",
        "volume v: file a: EISDIR: illegal operation on a directory",
        `volume v: file ${"x".repeat(256)}: ENAMETOOLONG: name too long`,
      ],
      left: [],
    });
  });

  test("changes all at once, and nothing of what it was is left", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readVolumes, writeVolume } = await load<Subject>("src/io/volumes/projected-volume.ts");
      const { readdirSync, readFileSync, openSync, statSync } = await load<Fs>("node:fs");
      const root = "/run/unitlet/pods/u-1/volumes/v";
      const file = (content: string) => ({ content, mode: 0o644 });
      writeVolume("u-1", {
        name: "v",
        digest: "1",
        files: [
          ["stays", file("old")],
          ["goes/away", file("x")],
        ],
      });
      const before = readdirSync(root).find((name) => name.startsWith("..2") || name.startsWith("..1"));
      const open = openSync(`${root}/stays`, "r");
      // What a killed run may have left.
      const { symlinkSync, mkdirSync } = await load<Fs>("node:fs");
      symlinkSync("..nowhere", `${root}/..data_tmp`);
      mkdirSync(`${root}/..1-1`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      writeVolume("u-1", {
        name: "v",
        digest: "2",
        files: [
          ["stays", file("new")],
          ["comes", file("y")],
        ],
      });
      const names = readdirSync(root);
      return {
        names: names.filter((name) => !/^\.\.\d/.test(name)),
        generations: names.filter((name) => /^\.\.\d/.test(name)).map((name) => name === before),
        content: [readFileSync(open, "utf8"), readFileSync(`${root}/stays`, "utf8")],
        digests: [...readVolumes("u-1")],
        exists: statSync(`${root}/comes`).isFile(),
      };
    });
    expect(seen).toEqual({
      names: ["..data", "comes", "stays"],
      generations: [false],
      content: ["old", "new"],
      digests: [["v", "2"]],
      exists: true,
    });
  });

  test("is not there before it is whole", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readVolumes, writeVolume } = await load<Subject>("src/io/volumes/projected-volume.ts");
      const { rmSync } = await load<Fs>("node:fs");
      const root = "/run/unitlet/pods/u-1/volumes";
      for (const name of ["whole", "no-digest", "no-data"])
        writeVolume("u-1", { name, digest: name, files: [["a", { content: "", mode: 0o644 }]] });
      rmSync(`${root}/no-digest.digest`);
      rmSync(`${root}/no-data/..data`);
      return [[...readVolumes("u-1")], [...readVolumes("another")]];
    });
    expect(seen).toEqual([[["whole", "whole"]], []]);
  });
});
