import { expect, test } from "vitest";
import { execStatus } from "../../src/model/exec-status.ts";

test.each([
  ["200", "200/CHDIR"],
  ["203", "203/EXEC"],
  ["219", "219/CGROUP"],
  ["226", "226/NAMESPACE"],
  ["243", "243/CREDENTIALS"],
  ["245", "245/BPF"],
  ["223", "223"],
  ["1", "1"],
  ["KILL", "KILL"],
])("the status %s is printed as %s", (status, expected) => {
  expect(execStatus(status)).toBe(expected);
});
