import { expect, test } from "vitest";
import { forgottenFiles } from "../../src/cli/leave.ts";

test("with --keep, what containers that run on depend on stays until the next join", () => {
  const kept = forgottenFiles(false).filter((path) => !forgottenFiles(true).includes(path));
  expect(kept).toEqual([
    "/etc/unitlet/unitlet.conf.d/60-join.conf",
    "/var/lib/unitlet/pod-cidrs",
    "/var/lib/unitlet/cluster-network",
    "/var/lib/unitlet/static-pods.json",
  ]);
  expect(forgottenFiles(true)).toContain("/var/lib/unitlet/pki");
});
