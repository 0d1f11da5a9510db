import { describe, expect, test } from "vitest";
import { failureMessage, resultAddresses } from "../../../src/model/cni/answer.ts";

/** The final result in the example of the CNI specification 1.0, appendix "Add example", after the plugin portmap. */
const RESULT = {
  ips: [{ address: "10.1.0.5/16", gateway: "10.1.0.1", interface: 2 }],
  routes: [{ dst: "0.0.0.0/0" }],
  interfaces: [
    { name: "cni0", mac: "00:11:22:33:44:55" },
    { name: "veth3243", mac: "55:44:33:22:11:11" },
    { name: "eth0", mac: "99:88:77:66:55:44", sandbox: "/var/run/netns/blue" },
  ],
  dns: { nameservers: ["10.1.0.1"] },
};

describe("resultAddresses()", () => {
  test.for<[string, object, readonly string[]]>([
    ["the example of the specification", RESULT, ["10.1.0.5/16"]],
    [
      "both families, IPv4 first",
      {
        ...RESULT,
        ips: [
          { address: "fd00::5/64", interface: 2 },
          { address: "10.1.0.5/16", interface: 2 },
        ],
      },
      ["10.1.0.5/16", "fd00::5/64"],
    ],
    [
      "the first of each family",
      { ...RESULT, ips: [...RESULT.ips, { address: "10.2.0.5/16", interface: 2 }] },
      ["10.1.0.5/16"],
    ],
    [
      "none of an interface of the host",
      { ...RESULT, ips: [{ address: "10.1.0.1/16", interface: 0 }, ...RESULT.ips] },
      ["10.1.0.5/16"],
    ],
    ["an address without an interface", { ...RESULT, ips: [{ address: "10.1.0.6/16" }] }, ["10.1.0.6/16"]],
    ["an interface that is not in the list", { ...RESULT, ips: [{ address: "10.1.0.6/16", interface: 9 }] }, []],
    ["no addresses", { cniVersion: "1.0.0" }, []],
  ])("%s", ([, result, expected]) => {
    expect(resultAddresses(JSON.stringify(result), "eth0")).toEqual(expected);
  });

  test.for(["", "null", "[]", '"text"', '{"ips": 3}', '{"ips": [null, {"address": 5}]}', "{"])("none in %s", (text) => {
    expect(resultAddresses(text, "eth0")).toEqual([]);
  });
});

describe("failureMessage()", () => {
  test("the example of the specification, with its details", () => {
    const error = {
      cniVersion: "1.0.0",
      code: 7,
      msg: "Invalid Configuration",
      details: "Network 192.168.0.0/31 too small to allocate from.",
    };
    expect(failureMessage(`host-local\n${JSON.stringify(error, undefined, 4)}\n`)).toBe(
      'plugin type="host-local" failed (add): Invalid Configuration; Network 192.168.0.0/31 too small to allocate from.',
    );
  });

  test.for([
    ['{"code": 999, "msg": "no room"}', "no room"],
    ['{"code": 999}', '{"code": 999}'],
    ["it has not ended within 30 s", "it has not ended within 30 s"],
    ["", "it has said nothing"],
  ])("%s", ([output, words]) => {
    expect(failureMessage(`bridge\n${output}\n`)).toBe(`plugin type="bridge" failed (add): ${words}`);
  });
});
