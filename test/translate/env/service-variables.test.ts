import { describe, expect, test } from "vitest";
import type { Service } from "../../../src/model/api/service.ts";
import type { FetchResult } from "../../../src/model/references.ts";
import { pod } from "../base.ts";
import { environmentOf, GIVEN, ok } from "./environment-base.ts";

describe("variables of services", () => {
  const service = (
    name: string,
    clusterIP: string,
    ...ports: NonNullable<Service["spec"]>["ports"] & object
  ): Service => ({
    metadata: { name },
    spec: { clusterIP, ports },
  });
  const services = new Map<string, FetchResult>([
    ["service/default/kubernetes", ok(service("kubernetes", "10.0.0.1", { name: "https", port: 443 }))],
    [
      "services/shop/",
      ok([service("my-db", "2001:db8::5", { port: 53, protocol: "UDP" }), service("headless", "None", { port: 1 })]),
    ],
  ]);
  const API_SERVER = {
    KUBERNETES_SERVICE_HOST: "10.0.0.1",
    KUBERNETES_SERVICE_PORT: "443",
    KUBERNETES_SERVICE_PORT_HTTPS: "443",
    KUBERNETES_PORT: "tcp://10.0.0.1:443",
    KUBERNETES_PORT_443_TCP: "tcp://10.0.0.1:443",
    KUBERNETES_PORT_443_TCP_PROTO: "tcp",
    KUBERNETES_PORT_443_TCP_PORT: "443",
    KUBERNETES_PORT_443_TCP_ADDR: "10.0.0.1",
  };

  test("are those of the API server and of the namespace", () => {
    expect(environmentOf({}, {}, pod(), services)).toEqual({
      ...GIVEN,
      ...API_SERVER,
      MY_DB_SERVICE_HOST: "2001:db8::5",
      MY_DB_SERVICE_PORT: "53",
      MY_DB_PORT: "udp://[2001:db8::5]:53",
      MY_DB_PORT_53_UDP: "udp://[2001:db8::5]:53",
      MY_DB_PORT_53_UDP_PROTO: "udp",
      MY_DB_PORT_53_UDP_PORT: "53",
      MY_DB_PORT_53_UDP_ADDR: "2001:db8::5",
    });
  });

  test("are those of the API server alone, where the pod wants no others", () => {
    expect(environmentOf({}, {}, pod({ enableServiceLinks: false }), services)).toEqual({ ...GIVEN, ...API_SERVER });
  });

  test("count less than the pod's, which may use them", () => {
    const env = [
      { name: "KUBERNETES_PORT", value: "mine" },
      { name: "A", value: "$(KUBERNETES_PORT) $(KUBERNETES_SERVICE_HOST)" },
    ];
    const of = pod({ enableServiceLinks: false });
    expect(environmentOf({ env }, {}, of, services)).toEqual({
      ...GIVEN,
      ...API_SERVER,
      KUBERNETES_PORT: "mine",
      A: "mine 10.0.0.1",
    });
  });

  test("are waited for", () => {
    expect(environmentOf({}, {}, pod(), new Map())).toEqual({
      ok: false,
      message: "failed to list services when setting up env vars: it has not been requested from the API server",
    });
  });
});
