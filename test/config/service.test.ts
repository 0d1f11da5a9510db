import { expect, test } from "vitest";
import { parseManifest } from "../../src/config/manifest.ts";
import { mistakes, type Tree } from "../workloads/base.ts";

const service = (spec: Tree = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }], ...spec },
});

const REMEDY = "Clients need the address of a pod, which unitlet status shows, or its hostPort";

test.each([
  [{}, `service shop/web: it has no address and no name on a standalone host. ${REMEDY}`],
  [{ clusterIP: "None" }, `service shop/web: it has no address and no name on a standalone host. ${REMEDY}`],
  [
    { type: "NodePort" },
    `service shop/web: it has no address and no name on a standalone host, and its node ports are closed. ${REMEDY}`,
  ],
  [
    { type: "ExternalName", externalName: "db.example.com" },
    "service shop/web: the name is not resolved on a standalone host. Clients need db.example.com itself",
  ],
])("a Service %j is accepted, and says what it does not do", (spec, because) => {
  expect(parseManifest(service(spec), "edge")).toEqual({
    idle: { kind: "service", namespace: "shop", name: "web", because },
  });
});

test.each([
  [service({ ports: [{ port: 0 }] }), "spec.ports[0].port: expected 1 to 65535, found 0"],
  [service({ type: "Loadbalancer" }), /^spec\.type: expected ClusterIP, ExternalName, LoadBalancer or NodePort/],
  [service({ port: 80 }), "spec.port: unknown field: write ports"],
  [{ ...service(), apiVersion: "v2" }, 'apiVersion: expected "v1"'],
])("a wrong one is refused with its field: %#", (written, message) => {
  if (typeof message === "string") expect(mistakes(written)).toBe(message);
  else expect(mistakes(written)).toMatch(message);
});
