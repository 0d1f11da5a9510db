import { expect, test } from "vitest";
import { drawCost, FIGURE } from "../bench/report/draw.ts";

test("docs/figures/cost.svg shows the figures of test/bench; `npm test -- test/docs -u` draws it", async () => {
  await expect(await drawCost()).toMatchFileSnapshot(FIGURE);
});
