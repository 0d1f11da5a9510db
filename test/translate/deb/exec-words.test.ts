import { describe, expect, test } from "vitest";
import { execWords, shellWord } from "../../../src/translate/deb/exec-words.ts";
import { setLine } from "../../../src/unitfile/launch.ts";

describe("a command as systemd reads it", () => {
  test.for([
    ["/bin/x a  b", { flags: "", words: ["/bin/x", "a", "b"] }],
    ["-+/bin/x", { flags: "-+", words: ["/bin/x"] }],
    [`/bin/x "a b" 'c "d' e"f g"`, { flags: "", words: ["/bin/x", "a b", 'c "d', "ef g"] }],
    ["/bin/x a\\x20b \\u00e9 \\101 \\; \\\\", { flags: "", words: ["/bin/x", "a b", "é", "A", ";", "\\"] }],
    // systemd keeps what is no escape, and characters that do not exist.
    [
      "/bin/x \\. \\$A 's\\/' \\xzz \\x00 \\400",
      { flags: "", words: ["/bin/x", "\\.", "\\$A", "s\\/", "\\xzz", "\\x00", "\\400"] },
    ],
    ["/bin/x \\U00110000 \\ud800", { flags: "", words: ["/bin/x", "\\U00110000", "\\ud800"] }],
    ["/bin/find {} \\; x\\;", { flags: "", words: ["/bin/find", "{}", ";", "x\\;"] }],
    ["/bin/x ''", { flags: "", words: ["/bin/x", ""] }],
    ['/bin/x "open', undefined],
    ["/bin/x ; /bin/y", undefined],
    ["", undefined],
  ] as const)("%s", ([line, exec]) => {
    expect(execWords(line)).toEqual(exec);
  });
});

describe("its words in the shell", () => {
  const plain = { flags: "", words: [] };

  test.for([
    ["$OPTIONS", `{ set -f; set -- \${OPTIONS}; set +f; }`],
    [`--a=\${A}b`, `set -- '--a='"\${A}"'b'`],
    ["a$b", "set -- 'a$b'"],
    ["$$HOME", "set -- '$''HOME'"],
    ["`id`'$(id)", "set -- '`id`'\\''$(id)'"],
  ])("%s", ([word, line]) => {
    expect(setLine([shellWord(word ?? "", plain)])).toBe(`[ "$#" -gt 0 ] || ${line}\n`);
  });

  test("are as they are where the unit says so", () => {
    expect(shellWord(`\${A}`, { ...plain, flags: ":" })).toBe(`\${A}`);
  });
});
