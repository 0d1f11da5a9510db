import { describe, expect, test } from "vitest";
import { joinSettings } from "../../src/cli/join-settings.ts";

const NAMES = { clusterDNS: "10.96.0.10", clusterDomain: "cluster.local" };
const FOUND = { names: NAMES, problems: {} };
const NEW = { nodeName: "edge", podNetwork: "host", hasJoined: false } as const;
const JOINED = { ...NEW, hasJoined: true } as const;
type Options = Parameters<typeof joinSettings>[0];
type Before = Parameters<typeof joinSettings>[1];

function settings(options: Options, before: Before = NEW, set: readonly string[] = []) {
  return Object.fromEntries(joinSettings(options, before, FOUND, (key) => set.includes(key)).given);
}

test("a host that joins is on the cluster's network and knows its names", () => {
  expect(settings({})).toEqual({ podNetwork: "cni", ...NAMES });
});

test("what the administrator has set stays", () => {
  const before = { ...NEW, podNetwork: "bridge" } as const;
  expect(settings({}, before, ["podNetwork", "clusterDNS"])).toEqual({ clusterDomain: "cluster.local" });
});

test("a host that has joined before stays as it is", () => {
  expect(settings({}, JOINED)).toEqual({});
  expect(settings({}, { ...JOINED, podNetwork: "bridge" })).toEqual({});
});

test("options count in each case", () => {
  const options = { nodeName: "other", hostFiles: "shop", podNetwork: "bridge" };
  const before = { ...JOINED, podNetwork: "bridge" } as const;
  expect(settings(options, before, ["podNetwork"])).toEqual(options);
  expect(settings({ podNetwork: "bridge" })).toEqual({ podNetwork: "bridge", ...NAMES });
});

describe("the host's network does not reach the cluster's name server", () => {
  test("so a host that joins with it does not know the names", () => {
    expect(settings({ podNetwork: "host" })).toEqual({ podNetwork: "host" });
    expect(settings({}, NEW, ["podNetwork"])).toEqual({});
  });

  test("so a node that moves to it has the names of its first join no more", () => {
    const before = { ...JOINED, podNetwork: "cni" } as const;
    const none = { clusterDNS: undefined, clusterDomain: undefined };
    expect(settings({ podNetwork: "host" }, before, ["podNetwork", "clusterDNS"])).toEqual({
      podNetwork: "host",
      ...none,
    });
  });

  test("so a node that moves away from it has the names then", () => {
    expect(settings({ podNetwork: "cni" }, JOINED, ["podNetwork"])).toEqual({ podNetwork: "cni", ...NAMES });
  });
});

describe("a name of the cluster that cannot be a setting", () => {
  const found = { names: {}, problems: { clusterDNS: "expected a", clusterDomain: "expected b" } };
  const problem = (options: Options, set: readonly string[] = []) =>
    joinSettings(options, NEW, found, (key) => set.includes(key)).problem;

  test("is told in one line", () => {
    expect(problem({})).toBe(
      "Not taken from the ConfigMap kubelet-config of kube-system: clusterDNS (expected a), clusterDomain (expected b). Set it in /etc/unitlet/unitlet.conf.",
    );
  });

  test("is not told where it would not be taken", () => {
    expect(problem({}, ["clusterDNS"])).toContain(": clusterDomain (expected b).");
    expect(problem({}, ["clusterDNS", "clusterDomain"])).toBeUndefined();
    expect(problem({ podNetwork: "host" })).toBeUndefined();
  });
});
