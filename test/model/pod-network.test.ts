import { expect, test } from "vitest";
import { networkOf, reportedNetwork } from "../../src/model/pod-network.ts";
import { CONFIG, HOST, pod, UID } from "../translate/base.ts";

const BRIDGE = { ...CONFIG, podNetwork: "bridge" } as const;
const OWN = pod({ hostNetwork: false });
const namespacePath = `/run/unitlet/pods/${UID}/sandbox/net`;
const ON_HOST = { addresses: HOST.addresses, isHost: true };

test("every pod is on the host's network by default", () => {
  expect([OWN, pod()].map((each) => networkOf(each, { host: HOST, config: CONFIG }))).toEqual([ON_HOST, ON_HOST]);
});

test("with bridge only a pod with hostNetwork is", () => {
  const network = { addresses: ["10.86.0.2"] };
  const facts = { host: HOST, config: BRIDGE, directory: { network } };
  expect(networkOf(pod(), facts)).toEqual(ON_HOST);
  expect(networkOf(OWN, facts)).toEqual({ ...network, isHost: false, namespacePath });
});

test("a pod whose network does not exist yet has no address", () => {
  const none = { addresses: [], isHost: false, namespacePath };
  expect(networkOf(OWN, { host: HOST, config: BRIDGE })).toEqual(none);
  const directory = { network: { addresses: [], failure: "no room" } };
  expect(networkOf(OWN, { host: HOST, config: BRIDGE, directory })).toEqual(none);
});

test("addresses of another range than the node's are none", () => {
  const network = { addresses: ["10.86.0.2", "fd00:86::2"], subnets: ["10.86.0.2/24", "fd00:86::2/64"] };
  const facts = { host: HOST, config: BRIDGE, directory: { network } };
  const seen = (...ranges: string[]) => networkOf(OWN, { ...facts, ranges }).addresses;
  expect(seen("10.86.0.0/24", "fd00:86::/64")).toEqual(["10.86.0.2", "fd00:86::2"]);
  // A larger or smaller range has another gateway, or another route to it.
  expect(seen("10.86.0.0/16", "fd00:86::/64")).toEqual([]);
  expect(seen("10.86.0.0/25", "fd00:86::/64")).toEqual([]);
  expect(seen("10.86.1.0/24", "fd00:86::/64")).toEqual([]);
  expect(seen("10.86.0.0/24", "fd00:87::/64")).toEqual([]);
  expect(seen("10.86.0.0/24")).toEqual([]);
});

test("programs outside of a run take the addresses of the status", () => {
  const seen = { ...OWN, status: { podIPs: [{ ip: "10.86.0.2" }] } };
  expect(reportedNetwork(seen, BRIDGE)).toEqual({ addresses: ["10.86.0.2"], isHost: false, namespacePath });
  expect(reportedNetwork(seen, CONFIG)).toEqual({ addresses: ["10.86.0.2"], isHost: true });
});
