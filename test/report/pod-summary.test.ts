import { expect, test } from "vitest";
import { podSummary } from "../../src/report/pod-summary.ts";
import { podOf } from "../translate/base.ts";

test("a summary, which is stored on the disk, has no secret of an image's URL", () => {
  const image = "https://me:s3cr3t@example.org/root.tar?token=t0k3n#sha256=00";
  const { containers } = podSummary(podOf({ image }), { phase: "Pending" } as Parameters<typeof podSummary>[1]);
  expect(containers[0]?.image).toBe("https://example.org/root.tar#sha256=00");
});
