import { expect, test } from "vitest";
import { requireStandalone } from "../../../src/cli/verbs/joined.ts";

const CLUSTER = { server: "https://api:6443", insecureSkipTLSVerify: false };
const BASE = { cluster: CLUSTER, manifests: "/etc/unitlet/manifests", staticPods: false };
const TAKES = "this node has joined a cluster and takes its objects from https://api:6443";

const messageOf = (config: Parameters<typeof requireStandalone>[0], verb: "apply" | "delete") => {
  try {
    requireStandalone(config, verb, `kubectl ${verb}`);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
};

test("a standalone host has a directory of manifests", () => {
  const { cluster: _, ...standalone } = BASE;
  expect(messageOf(standalone, "apply")).toBeUndefined();
});

test("a node of a cluster takes objects from the API server alone", () => {
  expect(messageOf(BASE, "apply")).toBe(`unitlet apply: ${TAKES}: use kubectl apply`);
});

test.each([
  ["apply", "write its file into /etc/unitlet/manifests: cp web.yaml /etc/unitlet/manifests/"],
  ["delete", "remove its file from /etc/unitlet/manifests"],
] as const)("with static pods, %s names the directory too", (verb, remedy) => {
  expect(messageOf({ ...BASE, staticPods: true }, verb)).toBe(
    `unitlet ${verb}: ${TAKES}: use kubectl ${verb}. For a static pod, ${remedy}`,
  );
});
