import { expect, test } from "vitest";
import { parsePodCIDR } from "../../src/config/pod-cidr.ts";

test.for([
  ["10.86.0.0/24", ["10.86.0.0/24"]],
  ["10.86.0.0/16, fd00:86::/64", ["10.86.0.0/16", "fd00:86::/64"]],
  ["fd00:86::/64", ["fd00:86::/64"]],
  ["FD00:AB::/64", ["fd00:ab::/64"]],
  ["10.0.0.0/8, fd00::/16", ["10.0.0.0/8", "fd00::/16"]],
] as const)("%s", ([text, ranges]) => {
  expect(parsePodCIDR(text)).toEqual(ranges);
});

test.for([
  ["", '"": expected a range such as 10.86.0.0/24'],
  ["10.86.0.0", '"10.86.0.0": expected a range such as 10.86.0.0/24'],
  ["10.86.0.0/33", '"10.86.0.0/33": expected a range such as 10.86.0.0/24'],
  ["10.86.0.0/29", '"10.86.0.0/29": expected a prefix length of at most 28'],
  ["fd00::/126", '"fd00::/126": expected a prefix length of at most 124'],
  ["8.0.0.0/7", '"8.0.0.0/7": expected a prefix length of at least 8'],
  ["::/0", '"::/0": expected a prefix length of at least 16'],
  ["10.86.0.0/24,10.87.0.0/24", "expected at most one range of each IP family"],
] as const)("%s is refused", ([text, message]) => {
  expect(() => parsePodCIDR(text)).toThrow(message);
});
