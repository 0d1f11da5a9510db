import { expect, test } from "vitest";
import { joinSettings } from "../../src/cli/join-settings.ts";
import type { Config } from "../../src/model/host/config.ts";

const NAMES = { clusterDNS: "10.96.0.10", clusterDomain: "cluster.local" };
const JOINED = { server: "https://192.0.2.1" } as Config["cluster"];
type Options = Parameters<typeof joinSettings>[0];

function settings(options: Options, cluster?: Config["cluster"], set: readonly string[] = []) {
  const before = { nodeName: "edge", ...(cluster && { cluster }) };
  return Object.fromEntries(joinSettings(options, before, NAMES, (key) => set.includes(key)));
}

test("a host that joins is on the cluster's network and knows its names", () => {
  expect(settings({})).toEqual({ podNetwork: "cni", ...NAMES });
});

test("what the administrator has set stays", () => {
  expect(settings({}, undefined, ["podNetwork", "clusterDNS"])).toEqual({ clusterDomain: "cluster.local" });
});

test("a host that has joined before stays as it is", () => {
  expect(settings({}, JOINED)).toEqual({});
});

test("options count in each case", () => {
  const options = { nodeName: "other", hostFiles: "shop", podNetwork: "bridge" };
  expect(settings(options, JOINED, ["podNetwork"])).toEqual(options);
  expect(settings({ podNetwork: "host" })).toEqual({ podNetwork: "host", ...NAMES });
});
