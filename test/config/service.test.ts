import { expect, test } from "vitest";
import { parseManifest } from "../../src/config/manifest.ts";
import { mistakes, type Tree } from "../workloads/base.ts";

const SPEC = { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] };
const service = (spec: Tree = {}, metadata: Tree = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop", ...metadata },
  spec: { ...SPEC, ...spec },
});

test("a Service has its name, namespace and spec", () => {
  expect(parseManifest(service(), "edge")).toEqual({
    service: { metadata: { name: "web", namespace: "shop" }, spec: SPEC },
  });
});

test.each([
  [service({ ports: [{ port: 0 }] }), "spec.ports[0].port: expected 1 to 65535, found 0"],
  [service({ type: "Loadbalancer" }), /^spec\.type: expected ClusterIP, ExternalName, LoadBalancer or NodePort/],
  [service({ port: 80 }), "spec.port: unknown field: write ports"],
  [{ ...service(), apiVersion: "v2" }, 'apiVersion: expected "v1"'],
  [service({}, { name: "a\n127.0.0.1 bank" }), /^metadata\.name: expected /],
  [service({}, { name: "a.b" }), /^metadata\.name: expected a DNS label/],
  [service({}, { name: "a".repeat(64) }), /^metadata\.name: expected /],
])("a wrong one is refused with its field: %#", (written, message) => {
  if (typeof message === "string") expect(mistakes(written)).toBe(message);
  else expect(mistakes(written)).toMatch(message);
});
