import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** Words for people that stand for programs in a comment, and idioms that a reader cannot look up. */
const BANNED =
  /\b(?:who|whom|whoever|whomever|some(?:body|one)|no(?:body|-one)|any(?:body|one)|everybody|doorbell|(?:is|are|was|were) told|st(?:oo|an)ds? still|none the worse|to be had|as the kubelet has it|the kubelet's words)\b/i;

/** The files whose comments follow the rules. The folders src/model and src/translate are not among them yet. */
const FILES = globSync([
  "src/*.ts",
  "src/{cli,config,diff,io,probe,pull,report,run,serve,unitfile}/**/*.ts",
  "units/helpers/*/*",
  "units/install/*.sh",
]);

/** Returns the comments of a file, one a line with its number. In other files than TypeScript they begin with "#". */
function commentLines(path: string, text: string): readonly string[] {
  const pattern = path.endsWith(".ts") ? /\/\*.*|^\s*\*.*|(?<![:"'`])\/\/.*/ : /^\s*#.*/;
  return text.split("\n").flatMap((line, at) => {
    const comment = pattern.exec(line)?.[0];
    return comment === undefined ? [] : [`${path}:${at + 1}: ${comment.trim()}`];
  });
}

function bannedLines(path: string, text: string): readonly string[] {
  return commentLines(path, text).filter((line) => BANNED.test(line.slice(line.indexOf(": ") + 2)));
}

describe("comments", () => {
  test("name the program that acts, and use words that a reader can look up", () => {
    expect(FILES.length).toBeGreaterThan(300);
    expect(FILES.flatMap((path) => bannedLines(path, readFileSync(path, "utf8")))).toEqual([]);
  });

  test.each([
    ["a.ts", "/** Nobody waits for it. */"],
    ["a.ts", " * is told to whoever asks"],
    ["a.ts", "call(); // As the kubelet has it."],
    ["a.sh", "# The process who stops it."],
  ])("are searched in %s: %s", (path, text) => expect(bannedLines(path, text)).toHaveLength(1));

  test.each([
    ["a.ts", 'const url = "https://nobody.example";'],
    ["a.ts", "/** The run whose list is complete. */"],
    ["a.sh", "id -u nobody"],
  ])("do not include %s: %s", (path, text) => expect(bannedLines(path, text)).toEqual([]));
});
