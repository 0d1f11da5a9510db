import { relative } from "node:path";
import { beforeEach } from "vitest";
import { LACKS, lackedBy } from "../machine/lacks.ts";

beforeEach(({ task, skip }) => {
  const titles = [task.name];
  for (let { suite } = task; suite !== undefined; suite = suite.suite) titles.unshift(suite.name);
  const lack = lackedBy(relative(".", task.file.filepath), titles);
  if (lack !== undefined) skip(LACKS + lack);
});
