import { describe, expect, test } from "vitest";
import type { Node } from "../../../src/model/api/node.ts";
import type { Host } from "../../../src/model/host/host.ts";
import { nodeEvents } from "../../../src/report/events/node-events.ts";
import { reportNode } from "../../../src/report/node/node.ts";
import { NOW, NOW_TEXT } from "../base.ts";
import { CONFIG, HOST } from "../node/base-host.ts";

const report = (host: Partial<Host>, existing: Node | undefined) =>
  reportNode({ config: CONFIG, host: { ...HOST, ...host }, version: "0.1.0", existing, now: NOW });

function events(host: Partial<Host>, existing = report({}, undefined).create) {
  return nodeEvents(existing, report(host, existing), CONFIG);
}

describe("nodeEvents()", () => {
  test("is silent when nothing changed", () => {
    expect(events({})).toEqual([]);
  });

  test("tells that the node became ready or not", () => {
    const existing = report({ systemdProblem: "away" }, undefined).create;
    const event = (reason: string) => [
      { type: "Normal", reason, message: `Node edge status is now: ${reason}`, occurrence: NOW_TEXT },
    ];
    const why = { type: "Warning", reason: "SystemdNotUsable", message: "away", occurrence: NOW_TEXT };
    expect([events({}, existing), events({ systemdProblem: "away" })]).toEqual([
      event("NodeReady"),
      [...event("NodeNotReady"), why],
    ]);
  });

  const network = {
    type: "Normal",
    reason: "HostNetwork",
    message: "Pods on this node are on the host's network, also those with hostNetwork: false",
  };

  test("tells a reboot", () => {
    expect(events({ bootID: "b2" })).toEqual([
      { type: "Warning", reason: "Rebooted", message: "Node edge has been rebooted, boot id: b2", occurrence: "b2" },
      { ...network, occurrence: "b2" },
    ]);
  });

  test("tells once, at its creation, that pods are on the host's network", () => {
    const create = report({}, undefined);
    expect(nodeEvents(undefined, create, CONFIG)).toEqual([{ ...network, occurrence: "created" }]);
    expect(nodeEvents(undefined, create, { ...CONFIG, hostNetwork: "required" })).toEqual([]);
    expect(nodeEvents(undefined, create, { ...CONFIG, podNetwork: "bridge" })).toEqual([]);
  });
});
