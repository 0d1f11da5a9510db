import { expect, test } from "vitest";
import { anchorsOf, linkProblem, linksOf } from "./links.ts";

test("links are found where they are written, but not in code", () => {
  const text =
    'See [a](b.md#c "title") and ![i](<d.svg>).\n\n[ref]: e.md\n<img src="f.svg">\n`[x](y)`\n```sh\n[x](z)\n```\n[g](#h)\n';
  expect(linksOf(text)).toEqual([
    { target: "b.md#c", line: 1 },
    { target: "d.svg", line: 1 },
    { target: "e.md", line: 3 },
    { target: "f.svg", line: 4 },
    { target: "#h", line: 9 },
  ]);
});

test("anchors are those of GitHub", () => {
  const text =
    '# One `two` & three\n## Say "no": it\'s 10.250!\n## Same\n## Same\n```\n# code\n```\n### A [link](x.md) here\n<a id="own"></a>\n';
  expect([...anchorsOf(text)]).toEqual(["one-two--three", "say-no-its-10250", "same", "same-1", "a-link-here", "own"]);
});

test("a link that leads nowhere is told", () => {
  expect(linkProblem("README.md", "docs/no-such-page.md")).toBe("there is no docs/no-such-page.md");
  expect(linkProblem("README.md", "src/README.md#no-such-heading")).toBe(
    "src/README.md has no heading #no-such-heading",
  );
  expect(linkProblem("src/README.md", "../README.md")).toBeUndefined();
});
