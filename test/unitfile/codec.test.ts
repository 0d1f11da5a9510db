import { describe, expect, test } from "vitest";
import type { UnitSections } from "../../src/model/unit.ts";
import { decodeUnit, encodeUnit, UnitSyntaxError } from "../../src/unitfile/codec.ts";

test("encodeUnit() writes sections in order, with an empty line between them", () => {
  const sections: UnitSections = [
    ["X-Kubernetes", [["Pod", "web"]]],
    [
      "Service",
      [
        ["Type", "exec"],
        ["ExecStart", ':"/bin/x"'],
      ],
    ],
  ];
  expect(encodeUnit(sections)).toBe('[X-Kubernetes]\nPod=web\n\n[Service]\nType=exec\nExecStart=:"/bin/x"\n');
});

describe("encodeUnit() refuses what would read back otherwise", () => {
  const cases: [string, UnitSections][] = [
    ["a value with a newline", [["Service", [["Type", "exec\nUser=root"]]]]],
    ["a value with a carriage return", [["Service", [["Type", "a\rUser=root"]]]]],
    [
      "a value that ends in a backslash",
      [
        [
          "Service",
          [
            ["Type", "exec\\"],
            ["User", "root"],
          ],
        ],
      ],
    ],
    ["a value with blanks around it", [["Service", [["Type", " exec"]]]]],
    ["a section with a bracket", [["Service]\n[X", []]]],
    ["an empty section name", [["", []]]],
    ["a key with a sign", [["Service", [["Ty=pe", "exec"]]]]],
    ["a key that comments its line out", [["Service", [["#Type", "exec"]]]]],
    ["an empty key", [["Service", [["", "exec"]]]]],
  ];

  test.for(cases)("%s", ([, sections]) => {
    expect(() => encodeUnit(sections)).toThrow(UnitSyntaxError);
  });
});

describe("decodeUnit() reads what systemd reads", () => {
  const cases: [string, string, ReturnType<typeof decodeUnit>][] = [
    ["assignments", "[Unit]\nA=1\n", { Unit: { A: ["1"] } }],
    ["a key given twice", "[Unit]\nA=1\nA=2\n", { Unit: { A: ["1", "2"] } }],
    [
      "a section given twice",
      "[Unit]\nA=1\n[Service]\nB=1\n[Unit]\nA=2\n",
      { Unit: { A: ["1", "2"] }, Service: { B: ["1"] } },
    ],
    ["an empty value", "[Unit]\nA=\n", { Unit: { A: [""] } }],
    ["blanks around key and value", "  [Unit]  \n A  =  1 2  \n", { Unit: { A: ["1 2"] } }],
    ["comments", "# x\n[Unit]\n; y\nA=1 # no comment ; here\n", { Unit: { A: ["1 # no comment ; here"] } }],
    ["a continued line", "[Unit]\nA=1 \\\n  2\nB=3\n", { Unit: { A: ["1  2"], B: ["3"] } }],
    ["a comment within a continued line", "[Unit]\nA=1\\\n# x\n2\n", { Unit: { A: ["1 2"] } }],
    ["signs, brackets and quotes in a value", "[Unit]\nA=\"b=c\" [d] 'e'\n", { Unit: { A: ["\"b=c\" [d] 'e'"] } }],
    [
      "words that ini takes for something else",
      "[Unit]\nA=true\nB=null\nC=1\n",
      { Unit: { A: ["true"], B: ["null"], C: ["1"] } },
    ],
    ["names that objects have anyway", "[constructor]\ntoString=1\n", { constructor: { toString: ["1"] } } as never],
    ["Windows line ends", "[Unit]\r\nA=1\r\n", { Unit: { A: ["1"] } }],
    ["a last line without an end", "[Unit]\nA=1", { Unit: { A: ["1"] } }],
    ["a last line that goes on", "[Unit]\nA=1\\", { Unit: { A: ["1"] } }],
    ["nothing", "", {}],
  ];

  test.for(cases)("%s", ([, text, expected]) => {
    expect(JSON.stringify(decodeUnit(text))).toBe(JSON.stringify(expected));
  });

  const refused: [string, string][] = [
    ["[Unit\nA=1", 'Cannot read unit: "[Unit" has no valid key'],
    ["[Unit]\nno assignment", 'Cannot read unit: "no assignment" has no valid key'],
    ["[Unit]\n=1", 'Cannot read unit: "=1" has no valid key'],
    ["[Un it]\n", 'Cannot read unit: "[Un it]" has no valid section'],
    ["[Unit]\nA B=1", 'Cannot read unit: "A B=1" has no valid key'],
    ["[__proto__]\nA=1", 'Cannot read unit: "[__proto__]" has no valid section'],
    ["A=1\n[Unit]\n", "Cannot read unit: it has an assignment before any section"],
    [`[Unit]\n${"a ".repeat(99)}`, `Cannot read unit: "${"a ".repeat(40)}" has no valid key`],
  ];

  test.for(refused)("%j is refused", ([text, message]) => {
    expect(() => decodeUnit(text)).toThrow(expect.objectContaining({ name: "UnitSyntaxError", message }));
  });
});
