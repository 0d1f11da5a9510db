import { expect, test } from "vitest";
import { needsOf } from "../../../src/translate/needs.ts";
import { asAdoptedName } from "../../../src/unitfile/names.ts";
import { CONFIG, NO_REFERENCES, runnable } from "../base.ts";
import { adopting, hostWith } from "./base.ts";

test.each([
  ["unit://nginx.socket", "only a service can be adopted: the name must end with .service"],
  ["unit://nginx", "only a service can be adopted: the name must end with .service"],
  ["unit://getty@tty1.service", "an instance of a template cannot be adopted"],
  ["unit://../a.service", "this is not the name of a service"],
  ...[
    "systemd-journald",
    "dbus",
    "dbus-broker",
    "ssh",
    "sshd",
    "unitlet-sync",
    "unitlet.shop.web.app",
    "NetworkManager",
    "wpa_supplicant",
    "dropbear",
  ].map((name) => [
    `unit://${name}.service`,
    "the host, or the way of its administrator to it, depends on this service",
  ]),
])("%s is no name that a pod can adopt", (image, because) => {
  const { waiting } = runnable(adopting({ image }), hostWith()).containers[0] ?? {};
  expect(waiting).toEqual({
    reason: "InvalidImageName",
    message: `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${because}`,
  });
});

test.each([
  ["nginx.service", "nginx.service"],
  ["ssh.service", "ssh.service"],
  ["unitlet-sync.service", undefined],
  ["getty@tty1.service", undefined],
  ["nginx.socket", undefined],
])("the drop-in of %s is that of a pod: %s, whatever this version lets a pod adopt", (name, expected) => {
  expect(asAdoptedName(name)).toBe(expected);
});

test.each([
  ["any", ["nginx.service"]],
  [["shop:nginx.service"], ["nginx.service"]],
  [["front:nginx.service"], []],
] as const)("with adoptUnits = %s systemd is asked for %s", (adoptUnits, units) => {
  expect(needsOf([adopting()], NO_REFERENCES, { ...CONFIG, adoptUnits }).units).toEqual(units);
});

test("systemd is not asked for the unit of a pod that has ended", () => {
  expect(needsOf([{ ...adopting(), status: { phase: "Failed" } }], NO_REFERENCES, CONFIG).units).toEqual([]);
});
