import { expect, test } from "vitest";
import { containerID, invocationOf } from "../../../src/model/api/container-id.ts";

test("an invocation is told as a container's ID and found again in it", () => {
  const invocation = "6fbd481712a64ec895db95068b056c9f";
  expect(invocationOf(containerID(invocation))).toBe(invocation);
});

test.for([
  undefined,
  "",
  "containerd://6fbd",
  "systemd://",
  "systemd://a b",
  "systemd://a\nb - lost",
  "systemd://../x",
])("%j has none", (id) => {
  expect(invocationOf(id)).toBeUndefined();
});
