// Prints every link of the pages that leads nowhere, and fails when there is one. Part of `npm run check`.
import { globSync, readFileSync } from "node:fs";
import { linkProblem, linksOf } from "./links.ts";

const pages = globSync(["*.md", "{docs,src,units,test,.github}/**/*.md"]);
const broken = pages.flatMap((page) =>
  linksOf(readFileSync(page, "utf8")).flatMap(({ target, line }) => {
    const problem = linkProblem(page, target);
    return problem === undefined ? [] : [`${page}:${line}: ${problem}`];
  }),
);
for (const line of broken) console.error(line);
process.exitCode = broken.length === 0 ? 0 : 1;
