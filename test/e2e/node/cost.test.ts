import { expect, test } from "vitest";
import { Admin } from "../../bench/admin.ts";
import { CHEAPEST, isTooHigh, measureRatios, ratioTable } from "../../bench/ratios.ts";
import { Subject } from "../../bench/subject.ts";
import { Cluster } from "../../support/cluster.ts";

test("a run costs no larger multiple of a Node process that does nothing than it did before", async () => {
  const cluster = await Cluster.up();
  const admin = await Admin.connect(cluster);
  await using subject = await Subject.join(cluster, admin, "cost");
  const ratios = await measureRatios(subject, CHEAPEST, 9);
  console.info(ratioTable(ratios));
  admin.close();
  expect(ratios.filter(isTooHigh)).toEqual([]);
});
