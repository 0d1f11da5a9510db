import { describe, expect, test } from "vitest";
import { parseNetworkList, withPlugins } from "../../../src/model/cni/network-list.ts";

const PLUGIN = { type: "bridge", capabilities: { portMappings: true, dns: false }, mtu: 1400 };
const LIST = { cniVersion: "1.0.0", name: "pods", plugins: [PLUGIN] };
const parsed = (change: object = {}) => parseNetworkList("10-pods.conflist", JSON.stringify({ ...LIST, ...change }));
const LOADED = {
  name: "pods",
  cniVersion: "1.0.0",
  disableGC: false,
  text: JSON.stringify(LIST),
  plugins: [
    { type: "bridge", capabilities: ["portMappings"], config: { ...PLUGIN, name: "pods", cniVersion: "1.0.0" } },
  ],
  loadsFolder: true,
};

describe("parseNetworkList()", () => {
  test("each plugin of a list gets name and version of the list, whatever its own are", () => {
    expect(parsed()).toEqual(LOADED);
    const own = { ...PLUGIN, name: "other", cniVersion: "0.3.1", prevResult: {} };
    expect(parsed({ plugins: [own] }).plugins).toEqual(LOADED.plugins);
  });

  test.for(["10-pods.conf", "10-pods.json"])("%s has one plugin, which becomes a list", (file) => {
    const single = { cniVersion: "0.4.0", name: "pods", type: "ptp" };
    const list = { name: "pods", cniVersion: "0.4.0", plugins: [single] };
    expect(parseNetworkList(file, JSON.stringify(single))).toEqual({
      ...list,
      disableGC: false,
      text: JSON.stringify(list),
      plugins: [{ type: "ptp", capabilities: [], config: single }],
      loadsFolder: false,
    });
  });

  test.for<[object, string]>([
    [{ cniVersion: undefined }, ""],
    [{ cniVersion: "0.3.1" }, "0.3.1"],
    [{ cniVersions: ["0.4.0", "1.1.0", "0.3.1"] }, "1.1.0"],
    [{ cniVersions: ["0.4.0"] }, "1.0.0"],
    [{ cniVersions: ["0.3.1", "9.0.0"] }, "1.0.0"],
    [{ cniVersion: undefined, cniVersions: ["0.3.1", "1.10.0"] }, "0.3.1"],
  ])("the version of %j is %s", ([change, expected]) => {
    expect(parsed(change).cniVersion).toBe(expected);
  });

  test.for([true, "true", "True"])("disableGC may be %j", (disableGC) => {
    expect(parsed({ disableGC }).disableGC).toBe(true);
  });

  test.for<[string, string]>([
    ["{", "error parsing configuration: "],
    ["[]", "error parsing configuration: it is no JSON object"],
    ["{}", "no name"],
    ['{"name":"../a"}', "invalid characters found in network name"],
    ['{"name":"a","plugins":[]}', "no plugins in list"],
    ['{"name":"a","plugins":{}}', "invalid 'plugins' type"],
    ['{"name":"a","plugins":[3]}', "a plugin is no JSON object"],
    ['{"name":"a","plugins":[{}]}', "missing 'type' of a plugin"],
    ['{"name":"a","plugins":[{"type":"../sh"}]}', 'invalid plugin name: "../sh"'],
    ['{"name":"a","plugins":[{"type":"a\\nb"}]}', 'invalid plugin name: "a\\nb"'],
    ['{"name":"a","plugins":[{"type":"b","capabilities":3}]}', "invalid 'capabilities' type"],
    ['{"name":"a","cniVersion":1,"plugins":[{"type":"b"}]}', "invalid cniVersion type"],
    ['{"name":"a","cniVersions":["x"],"plugins":[{"type":"b"}]}', "invalid cniVersions entry"],
    ['{"name":"a","disableGC":"yes","plugins":[{"type":"b"}]}', "invalid value for disableGC"],
    ['{"name":"a","loadOnlyInlinedPlugins":true}', "`loadOnlyInlinedPlugins` is true, and no 'plugins' key"],
  ])("%s is refused: %s", ([text, message]) => {
    expect(() => parseNetworkList("10-a.conflist", text)).toThrow(message);
  });

  test("a list in a file for one plugin is refused", () => {
    expect(() => parseNetworkList("10-a.conf", JSON.stringify(LIST))).toThrow(
      "no 'type': a list of plugins needs a name that ends with .conflist",
    );
  });
});

describe("withPlugins()", () => {
  test("more plugins follow those of the list", () => {
    const { plugins } = withPlugins(parsed(), ['{"type":"tuning"}']);
    expect(plugins.map(({ type }) => type)).toEqual(["bridge", "tuning"]);
    expect(plugins[1]?.config).toEqual({ type: "tuning", name: "pods", cniVersion: "1.0.0" });
  });

  test("a list without any plugin is refused", () => {
    expect(() => withPlugins(parsed({ plugins: undefined }), [])).toThrow("no plugin configs found");
  });
});
