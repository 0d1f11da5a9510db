import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/pods/pod-cidrs.ts");
type Fingerprint = typeof import("../../../src/io/host/fingerprint.ts");
type Node = NonNullable<Parameters<Subject["observePodCIDRs"]>[0]>;

describe.skipIf(!canMount)("the ranges of the Node", () => {
  test("are kept for runs that do not read the Node, and while it has none", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { keepPodCIDRsOf, observePodCIDRs } = await load<Subject>("src/io/pods/pod-cidrs.ts");
      const node = (podCIDRs?: string[]) => ({ spec: { podCIDRs } }) as unknown as Node;
      const observed = (read?: Node) => {
        keepPodCIDRsOf(read, { podNetwork: "bridge" });
        return observePodCIDRs(undefined).podCIDRs ?? [];
      };
      return [observed(), observed(node(["10.244.3.0/24"])), observed(node()), observed(node(["10.244.4.0/24"]))];
    });
    expect(seen).toEqual([[], ["10.244.3.0/24"], ["10.244.3.0/24"], ["10.244.4.0/24"]]);
  });

  test("are in lower case, as those of the setting", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { observePodCIDRs } = await load<Subject>("src/io/pods/pod-cidrs.ts");
      return observePodCIDRs({ spec: { podCIDRs: ["FD00:AB::/64"] } } as unknown as Node);
    });
    expect(seen).toEqual({ podCIDRs: ["fd00:ab::/64"] });
  });

  test("make the next run a full one when they change, on the bridge alone", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { keepPodCIDRsOf } = await load<Subject>("src/io/pods/pod-cidrs.ts");
      const { hostFingerprint } = await load<Fingerprint>("src/io/host/fingerprint.ts");
      const changes = (podNetwork: "host" | "bridge" | "cni", range: string) => {
        const before = hostFingerprint({ podNetwork });
        keepPodCIDRsOf({ spec: { podCIDRs: [range] } } as unknown as Node, { podNetwork });
        return hostFingerprint({ podNetwork }) !== before;
      };
      const ranges = ["10.244.3.0/24", "10.244.3.0/24", "10.244.4.0/24"];
      return [...ranges.map((range) => changes("bridge", range)), changes("host", "10.244.5.0/24")];
    });
    expect(seen).toEqual([true, false, true, false]);
  });
});
