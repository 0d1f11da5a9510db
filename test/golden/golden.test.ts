import { describe, expect, test } from "vitest";
import { CASES, expectedFile, translateCase } from "./cases.ts";
import { render } from "./render.ts";

describe("a pod becomes what units.txt says", () => {
  test.for(CASES)("%s", async (of) => {
    await expect(translateCase(of).map(render).join("\n")).toMatchFileSnapshot(expectedFile(of));
  });
});

test("no two cases make a unit of the same name", () => {
  const names = CASES.flatMap(translateCase).flatMap((translation) =>
    translation.kind === "runnable"
      ? [translation.slice.name, ...translation.containers.map(({ unitName }) => unitName)]
      : [],
  );
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
