import { describe, expect, test } from "vitest";
import { ConfigError, parseSettings } from "../../src/config/settings.ts";
import { toConfig } from "../../src/config/to-config.ts";

const FILE = "/etc/unitlet/unitlet.conf";
const CLUSTER = { server: "https://192.0.2.1:6443", insecureSkipTLSVerify: false };

const adoptUnits = (text: string, cluster?: typeof CLUSTER) =>
  toConfig(parseSettings([{ path: FILE, text }]), "edge", cluster).adoptUnits;

test("a standalone node lets pods adopt any unit, a node that has joined lets them adopt none", () => {
  expect(adoptUnits("")).toBe("any");
  expect(adoptUnits("", CLUSTER)).toEqual([]);
});

test.each([
  ["none", []],
  ["any", "any"],
  ["default:nginx.service", ["default:nginx.service"]],
  ["default:nginx.service, web:redis-server.service", ["default:nginx.service", "web:redis-server.service"]],
])("adoptUnits = %s", (value, expected) => {
  expect(adoptUnits(`adoptUnits = ${value}`, CLUSTER)).toEqual(expected);
});

const EXPECTED =
  "expected none, any or namespaces with services, such as default:nginx.service,web:redis-server.service";

describe("is an error that says what is wrong:", () => {
  test.each([
    ["nginx.service", EXPECTED],
    ["default:nginx", EXPECTED],
    ["default:nginx.socket", EXPECTED],
    ["Default:nginx.service", EXPECTED],
    ["default:a.service,any", EXPECTED],
    [
      "default:systemd-journald.service",
      "systemd-journald.service cannot be adopted: the host, or the way of its administrator to it, depends on this service",
    ],
    ["default:getty@tty1.service", "getty@tty1.service cannot be adopted: an instance of a template cannot be adopted"],
  ])("%s", (value, message) => {
    expect(() => adoptUnits(`adoptUnits = ${value}`)).toThrow(
      new ConfigError(`${FILE}: adoptUnits = ${value}: ${message}`),
    );
  });
});
