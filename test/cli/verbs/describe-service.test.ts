import { expect, test } from "vitest";
import type { ApiObject } from "../../../src/cli/objects/api-object.ts";
import { serviceStatus } from "../../../src/cli/objects/service-status.ts";
import { describeService } from "../../../src/cli/verbs/describe-service.ts";
import type { Pod } from "../../../src/model/api/pod.ts";

const SPEC = {
  type: "NodePort",
  selector: { app: "web" },
  ports: [
    { name: "http", port: 80, targetPort: "web", nodePort: 30080 },
    { port: 53, protocol: "UDP" },
  ],
};

function service(spec: object): ApiObject {
  const metadata = { name: "web", namespace: "default" };
  return { apiVersion: "v1", kind: "Service", metadata, spec, status: serviceStatus(spec) };
}

function backend(name: string, ip: string, ready: "True" | "False" = "True"): Pod {
  return {
    metadata: { name, namespace: "default", uid: name, labels: { app: "web" } },
    spec: { containers: [{ name: "main", ports: [{ name: "web", containerPort: 8080 }] }] },
    status: { phase: "Running", podIPs: [{ ip }], conditions: [{ type: "Ready", status: ready }] },
  };
}

test("a Service, with the ports of its ready pods and what it does not get", () => {
  const pods = [backend("a", "10.86.0.2"), backend("b", "fd00::3"), backend("c", "10.86.0.4", "False")];
  expect(describeService(service(SPEC), pods, "cluster.local")).toBe(`Name:              web
Namespace:         default
Labels:            <none>
Annotations:       <none>
Selector:          app=web
Type:              NodePort
IP:                None
DNS Name:          web.default.svc.cluster.local
Port:              http  80/TCP
TargetPort:        web/TCP
NodePort:          http  30080/TCP
Endpoints:         10.86.0.2:8080
                   [fd00::3]:8080
Port:              <unset>  53/UDP
TargetPort:        53/UDP
Endpoints:         10.86.0.2:53
                   [fd00::3]:53
Session Affinity:  None
Problem:           port 80 is not translated. Clients of its name connect to the port that its pods name web; type NodePort opens no port of the host. Give a pod a hostPort
`);
});

test("one without ready pods has no name", () => {
  expect(describeService(service({ ...SPEC, type: "ClusterIP", ports: [{ port: 80 }] }), [], "cluster.local")).toBe(
    `Name:              web
Namespace:         default
Labels:            <none>
Annotations:       <none>
Selector:          app=web
Type:              ClusterIP
IP:                None
Port:              <unset>  80/TCP
TargetPort:        80/TCP
Endpoints:         <none>
Session Affinity:  None
`,
  );
});
