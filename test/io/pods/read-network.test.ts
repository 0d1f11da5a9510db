import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

test.skipIf(!canMount)(
  "an answer that was removed from /run is that of the last ADD, while the namespace is there",
  async () => {
    const seen = await onEmptyHost(async (load) => {
      const { mkdirSync, writeFileSync } = await load<typeof import("node:fs")>("node:fs");
      const { readNetwork } =
        await load<typeof import("../../../src/io/pods/read-network.ts")>("src/io/pods/read-network.ts");
      const mounts = ["/run/unitlet/pods/u-1/sandbox/net"];
      const answer = (address: string) => JSON.stringify({ cniVersion: "1.0.0", ips: [{ address }] });
      mkdirSync("/var/lib/unitlet/networks/u-1", { recursive: true });
      mkdirSync("/run/unitlet/pods/u-1", { recursive: true });
      const before = readNetwork("u-1", new Set(), mounts);
      writeFileSync("/var/lib/unitlet/networks/u-1/result", answer("10.86.0.2/24"));
      writeFileSync("/run/unitlet/pods/u-1/network", answer("10.86.0.3/24"));
      const names = [["network"], []];
      const found = [mounts, []].map((each) => names.map((there) => readNetwork("u-1", new Set(there), each).network));
      return [before.network, ...found.flat()].map((network) => network?.addresses);
    });
    expect(seen).toEqual([null, ["10.86.0.3"], ["10.86.0.2"], null, null]);
  },
);
