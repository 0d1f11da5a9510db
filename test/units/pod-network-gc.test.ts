import { describe, expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { ADD, cluster, DEL, on } from "./recorded-plugins.ts";

describe.skipIf(!canMount)("GC", () => {
  const collecting = cluster("1.1.0", {}, "gc");
  const other =
    'mkdir -p /var/lib/cni/results; echo \'{"containerId":"c-9","ifName":"eth1","capabilityArgs":{"annotations":{"containerId":"c-8","ifName":"x"}}}\' >/var/lib/cni/results/pods-c-9-eth1';

  test("once a boot each plugin is told what is attached, by pods and by other programs", async () => {
    const second = `mkdir -p /run/unitlet/pods/u-2; ${ADD.replace("u-1", "u-2")}`;
    const { calls } = await on(
      `${collecting}; ${other}; mkdir -p /var/lib/unitlet/networks/u-0 /run/unitlet/pods/u-0; ${ADD}; ${second}; ${DEL}`,
    );
    expect(calls.map(({ call, id }) => `${call} ${id}`)).toEqual([
      ...[
        "GC one ",
        "GC two ",
        "ADD one u-1",
        "ADD two u-1",
        "ADD one u-2",
        "ADD two u-2",
        "DEL two u-1",
        "DEL one u-1",
      ],
    ]);
    const held = [
      { containerID: "c-9", ifname: "eth1" },
      { containerID: "u-0", ifname: "eth0" },
    ];
    const named = { name: "pods", cniVersion: "1.1.0" };
    expect(calls[0]?.input).toEqual({
      ...{ ...named, type: "one" },
      "cni.dev/valid-attachments": held,
      "cni.dev/attachments": held,
    });
  });

  test("a plugin that fails keeps no pod from its network", async () => {
    const { calls } = await on(`${collecting}; echo 'exit 1' >/run/answers/one.GC; ${ADD} 2>/dev/null`);
    expect(calls.map(({ call }) => call)).toEqual(["GC one", "GC two", "ADD one", "ADD two"]);
  });

  test("not while another plugin runs", async () => {
    const busy =
      "flock -s /run/unitlet/networks.lock sh -c 'touch /run/held; until [ -e /run/done ]; do sleep 0.1; done' & until [ -e /run/held ]; do sleep 0.1; done";
    const { calls } = await on(`${collecting}; ${busy}; ${ADD}; touch /run/done; wait`);
    expect(calls.map(({ call }) => call)).toEqual(["ADD one", "ADD two"]);
  });

  test("not for a network whose configuration turns it off", async () => {
    const { calls } = await on(`${cluster("1.1.0")}; ${ADD}`);
    expect(calls.map(({ call }) => call)).toEqual(["ADD one", "ADD two"]);
  });
});
