import { expect, test } from "vitest";
import { isRootsAlone } from "../../src/io/safe-path.ts";

test.for([
  ["/usr", true],
  ["/usr/share/none/deeper", true],
  ["/etc/passwd", true],
  ["/tmp/none", false],
  ["/var/tmp/none/deeper", false],
  ["/proc/self", false],
  ["/proc/self/fd", false],
  ["/etc/passwd/below", false],
] as const)("only root can change where %s leads: %s", ([path, expected]) => {
  expect(isRootsAlone(path)).toBe(expected);
});
