import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

test.skipIf(!canMount)(
  "a network is left when its pod is gone, and the last attempt to free it was 10 minutes ago",
  async () => {
    const seen = await onEmptyHost(async (load) => {
      const { mkdirSync, rmSync, utimesSync } = await load<typeof import("node:fs")>("node:fs");
      const { hasLeftNetworks } =
        await load<typeof import("../../../src/io/cni/left-networks.ts")>("src/io/cni/left-networks.ts");
      const now = 2_000_000_000_000;
      const network = "/var/lib/unitlet/networks/u-1";
      const at = (milliseconds: number) => {
        utimesSync(network, milliseconds / 1000, milliseconds / 1000);
        return hasLeftNetworks(now);
      };
      const none = hasLeftNetworks(now);
      mkdirSync(network, { recursive: true });
      const times = [now - 600_000, now - 599_000, now + 1000].map(at);
      const withPod = ["/run/unitlet/pods/u-1", "/var/lib/unitlet/pods/u-1"].map((path) => {
        mkdirSync(path, { recursive: true });
        const isLeft = at(now - 600_000);
        rmSync(path, { recursive: true });
        return isLeft;
      });
      return { none, times, withPod };
    });
    expect(seen).toEqual({ none: false, times: [true, false, true], withPod: [false, false] });
  },
);
