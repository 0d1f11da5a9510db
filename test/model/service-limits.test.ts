import { expect, test } from "vitest";
import { serviceLimits } from "../../src/model/service-limits.ts";

const SELECTOR = { app: "web" };

test.each([
  [{ ports: [{ port: 80 }, { port: 81, targetPort: 81 }] }, []],
  [{ clusterIP: "None", sessionAffinity: "None" }, []],
  [
    { ports: [{ port: 80, targetPort: 8080 }] },
    ["port 80 is not translated. Clients of its name connect to port 8080"],
  ],
  [
    { ports: [{ port: 80, targetPort: "http" }] },
    ["port 80 is not translated. Clients of its name connect to the port that its pods name http"],
  ],
  [{ type: "NodePort" }, ["type NodePort opens no port of the host. Give a pod a hostPort"]],
  [{ type: "LoadBalancer" }, ["type LoadBalancer opens no port of the host. Give a pod a hostPort"]],
  [
    { type: "ExternalName", externalName: "db.example.com", selector: {} },
    ["its name is not resolved on a standalone host. Clients need db.example.com itself"],
  ],
  [
    { selector: {} },
    ["it has no selector, so its name has no address. Give it the labels of pods, or use hostAliases of the pods"],
  ],
  [
    { clusterIP: "10.96.0.5" },
    ["nothing has its clusterIP 10.96.0.5. Clients need its name, which has the addresses of its pods"],
  ],
  [{ externalIPs: ["192.0.2.1"] }, ["externalIPs lead nowhere. Give a pod a hostPort with that hostIP"]],
  [{ sessionAffinity: "ClientIP" }, ["sessionAffinity has no effect: clients choose among the addresses of its name"]],
])("a Service %j says what it does not get", (spec, limits) => {
  expect(serviceLimits({ spec: { selector: SELECTOR, ...spec } })).toEqual(limits);
});
