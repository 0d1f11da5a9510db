import { describe, expect, test } from "vitest";
import { longestGrace } from "../../../src/model/api/grace.ts";
import type { Container } from "../../../src/model/api/pod.ts";
import type { UnitName } from "../../../src/model/unit.ts";
import { containerProbes, portNumber, probePeriods } from "../../../src/translate/lifecycle/probes.ts";
import { container, pod } from "../base.ts";

const probes = (change: Partial<Container>, spec = {}) =>
  containerProbes(pod({ containers: [], ...spec }), container(change), "u.service" as UnitName, "192.0.2.7");

const DEFAULTS = { initialDelay: 0, period: 10, timeout: 1, successThreshold: 1, failureThreshold: 3 };

describe("containerProbes()", () => {
  test("of a container without any", () => {
    expect(probes({})).toBeUndefined();
  });

  test("fills in the API's defaults", () => {
    expect(probes({ livenessProbe: { tcpSocket: { port: 80 } } })).toEqual({
      unit: "u.service",
      address: "192.0.2.7",
      restarts: true,
      probes: { liveness: { check: { type: "tcp", port: 80 }, ...DEFAULTS } },
    });
  });

  test("keeps all numbers", () => {
    const livenessProbe = {
      ...{ tcpSocket: { port: 80 }, initialDelaySeconds: 1, periodSeconds: 2, timeoutSeconds: 3 },
      ...{ successThreshold: 4, failureThreshold: 5, terminationGracePeriodSeconds: 6 },
    };
    expect(probes({ livenessProbe })?.probes.liveness).toEqual({
      ...{ check: { type: "tcp", port: 80 }, initialDelay: 1, period: 2, timeout: 3 },
      ...{ successThreshold: 4, failureThreshold: 5, grace: 6 },
    });
  });

  test.each([
    [{ exec: { command: ["echo", "$(A) $(B)"] } }, { type: "exec", command: ["echo", "a $(B)"] }],
    [{ grpc: { port: 9, service: "s" } }, { type: "grpc", port: 9, service: "s" }],
    [{ tcpSocket: { host: "h", port: "web" } }, { type: "tcp", host: "h", port: 8080 }],
    [{ httpGet: { port: "web" } }, { type: "http", scheme: "http", port: 8080, path: "/", headers: [] }],
    [
      { httpGet: { scheme: "HTTPS", host: "h", port: 1, path: "/x", httpHeaders: [{ name: "A", value: "1" }] } },
      { type: "http", scheme: "https", host: "h", port: 1, path: "/x", headers: [["A", "1"]] },
    ],
  ])("%j", (readinessProbe, check) => {
    const env = [
      { name: "A", value: "a" },
      { name: "B", valueFrom: {} },
    ];
    const ports = [{ name: "web", containerPort: 8080 }];
    expect(probes({ env, ports, readinessProbe })?.probes.readiness?.check).toEqual(check);
  });

  test("of a pod that is never restarted", () => {
    expect(probes({ livenessProbe: { tcpSocket: { port: 80 } } }, { restartPolicy: "Never" })?.restarts).toBe(false);
  });
});

test("portNumber() of a name that no port has is nobody's", () => {
  expect(portNumber("web", container())).toBe(0);
});

test("probePeriods() has each period once", () => {
  const tcpSocket = { port: 80 };
  const of = container({
    startupProbe: { tcpSocket, periodSeconds: 20 },
    livenessProbe: { tcpSocket },
    readinessProbe: { tcpSocket, periodSeconds: 10 },
  });
  expect(probePeriods(of)).toEqual([10, 20]);
});

test("longestGrace() is a probe's, when that is longer than the pod's", () => {
  const livenessProbe = { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 60 };
  expect(longestGrace(pod({ terminationGracePeriodSeconds: 10 }), container({ livenessProbe }))).toBe(60);
  expect(longestGrace(pod({ terminationGracePeriodSeconds: 90 }), container({ livenessProbe }))).toBe(90);
});
