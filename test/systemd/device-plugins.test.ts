import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { install } from "../support/node.ts";
import { ADDRESS, addParent, connected, LEFT, NET, NOTHING, plugin, STATIC } from "./plugin-chains.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("device-plugins", { net: "private" });
  await install(machine);
  // No run may remove what is no pod of a list.
  await machine.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
  await addParent(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

const KIND = `nsenter --net=${NET} ip -o -d link show eth0`;

test("ipvlan gives the pod a device of this kind, and leaves nothing", async () => {
  const plugins = [plugin("ipvlan", { master: "parent", ...STATIC })];
  expect(await connected(machine, plugins, `${ADDRESS}; ${KIND}`)).toMatch(/^10\.91\.0\.5\/24\n.* ipvlan +mode l2 /);
  expect((await machine.exec(LEFT)).stdout).toBe(NOTHING);
});

test("vlan gives the pod a device with this number, and leaves nothing", async () => {
  const plugins = [plugin("vlan", { master: "parent", vlanId: 5, ...STATIC })];
  expect(await connected(machine, plugins, `${ADDRESS}; ${KIND}`)).toMatch(
    /^10\.91\.0\.5\/24\n.* vlan protocol 802\.1Q id 5 /,
  );
  expect((await machine.exec(LEFT)).stdout).toBe(NOTHING);
});

test("vrf puts the pod's device into a routing domain of its own, and leaves nothing", async () => {
  const plugins = [plugin("macvlan", { master: "parent", ...STATIC }), plugin("vrf", { vrfname: "blue" })];
  expect(await connected(machine, plugins, `${ADDRESS}; ${KIND}`)).toMatch(
    /^10\.91\.0\.5\/24\n.* master blue .* vrf_slave /,
  );
  expect((await machine.exec(LEFT)).stdout).toBe(NOTHING);
});
