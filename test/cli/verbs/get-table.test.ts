import { expect, test } from "vitest";
import type { ApiObject } from "../../../src/cli/objects/api-object.ts";
import type { Kind } from "../../../src/cli/objects/kind.ts";
import { findKind } from "../../../src/cli/objects/kinds.ts";
import { Table, type TableOptions } from "../../../src/cli/verbs/get-table.ts";

const NOW = Date.parse("2026-05-01T12:00:00Z");
const BASE: TableOptions = {
  isWide: false,
  hasNamespaces: false,
  hasHeadings: true,
  hasLabels: false,
  hasKinds: false,
  paint: (cell) => cell,
};

function object(kind: string, name: string, more: object = {}): ApiObject {
  const metadata = { name, namespace: "default", creationTimestamp: "2026-05-01T11:00:00Z", labels: { app: name } };
  return { apiVersion: "v1", kind, metadata, ...more };
}

const WEB = object("Pod", "web", {
  spec: { nodeName: "node", containers: [{ name: "main" }] },
  status: {
    phase: "Running",
    podIPs: [{ ip: "10.0.0.2" }],
    containerStatuses: [{ name: "main", ready: true, restartCount: 0, state: { running: {} } }],
  },
});

function tableOf(options: Partial<TableOptions>, ...objects: readonly ApiObject[]): string {
  const kind = findKind(objects[0]?.kind.toLowerCase() ?? "") as Kind;
  return new Table(kind, { ...BASE, ...options }).rows(objects, NOW);
}

test("pods, as kubectl shows them", () => {
  expect(tableOf({}, WEB)).toBe(`NAME   READY   STATUS    RESTARTS   AGE
web    1/1     Running   0          60m
`);
});

test("wide, with namespaces, labels and kinds", () => {
  expect(tableOf({ isWide: true, hasNamespaces: true, hasLabels: true, hasKinds: true }, WEB)).toBe(
    `NAMESPACE   NAME      READY   STATUS    RESTARTS   AGE   IP         NODE   NOMINATED NODE   READINESS GATES   LABELS
default     pod/web   1/1     Running   0          60m   10.0.0.2   node   <none>           <none>            app=web
`,
  );
});

test("without headings; later rows have the columns of the first", () => {
  const table = new Table(findKind("po") as Kind, { ...BASE, hasHeadings: false });
  expect(table.rows([WEB], NOW) + table.rows([WEB], NOW)).toBe(`web   1/1   Running   0     60m
web   1/1   Running   0     60m
`);
});

test("a name that would act on the terminal is shown as text", () => {
  expect(tableOf({ hasHeadings: false }, object("Pod", "\u001b[2J\n", { spec: { containers: [] } }))).toContain(
    "\\u001b[2J\\n",
  );
});

const template = (containers: object) => ({ template: { spec: containers } });
const CONTAINERS = { containers: [{ name: "main", image: "host" }, { name: "log" }] };

test.each<[string, string, object]>([
  [
    "deployment",
    `NAME   READY   UP-TO-DATE   AVAILABLE   AGE
x      1/2     2            0           60m
`,
    { spec: { replicas: 2, ...template(CONTAINERS) }, status: { readyReplicas: 1, updatedReplicas: 2 } },
  ],
  [
    "statefulset",
    `NAME   READY   AGE
x      0/1     60m
`,
    { spec: template(CONTAINERS) },
  ],
  [
    "daemonset",
    `NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
x      1         1         0       0            0           disk=fast       60m
`,
    {
      spec: template({ ...CONTAINERS, nodeSelector: { disk: "fast" } }),
      status: { desiredNumberScheduled: 1, currentNumberScheduled: 1 },
    },
  ],
  [
    "job",
    `NAME   STATUS     COMPLETIONS   DURATION   AGE
x      Complete   1/1           10s        60m
`,
    {
      spec: template(CONTAINERS),
      status: {
        succeeded: 1,
        startTime: "2026-05-01T11:00:00Z",
        completionTime: "2026-05-01T11:00:10Z",
        conditions: [{ type: "Complete", status: "True" }],
      },
    },
  ],
  [
    "cronjob",
    `NAME   SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
x      0 * * * *   <none>     False     0        <none>          60m
`,
    { spec: { schedule: "0 * * * *" } },
  ],
  [
    "configmap",
    `NAME   DATA   AGE
x      2      60m
`,
    { data: { a: "1" }, binaryData: { b: "" } },
  ],
  [
    "secret",
    `NAME   TYPE     DATA   AGE
x      Opaque   1      60m
`,
    { type: "Opaque", data: { a: "" } },
  ],
  [
    "service",
    `NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)         AGE
x      ClusterIP   None         <none>        80/TCP,53/UDP   60m
`,
    { spec: { ports: [{ port: 80 }, { port: 53, protocol: "UDP" }] } },
  ],
  [
    "pvc",
    `NAME   STATUS   VOLUME                              CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
x      Bound    /var/lib/unitlet/claims/default/x   1Gi        RWO                           <unset>                 60m
`,
    { status: { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } } },
  ],
])("a %s", (kind, table, more) => {
  const { kind: name } = findKind(kind) as Kind;
  expect(new Table(findKind(kind) as Kind, BASE).rows([object(name, "x", more)], NOW)).toBe(table);
});

test.each(["po", "Pods", "deploy", "deployments.apps", "deployment.v1.apps", "cm", "svc", "pvc", "cj"])(
  "%s is a kind",
  (word) => {
    expect(findKind(word)).toBeDefined();
  },
);

test.each(["", "pods.apps", "nodes", "deployments.batch"])("%j is none", (word) => {
  expect(findKind(word)).toBeUndefined();
});

test("Services, whose names have the addresses of pods", () => {
  const service = (name: string, spec: object) => object("Service", name, { spec });
  const shown = tableOf(
    {},
    service("a", { clusterIP: "10.96.0.1", ports: [{ port: 80 }] }),
    service("b", { type: "LoadBalancer", ports: [{ port: 53, protocol: "UDP", nodePort: 30053 }] }),
    service("c", { type: "ExternalName", externalName: "db.example.com" }),
  );
  expect(shown).toBe(`NAME   TYPE           CLUSTER-IP   EXTERNAL-IP      PORT(S)        AGE
a      ClusterIP      None         <none>           80/TCP         60m
b      LoadBalancer   None         <pending>        53:30053/UDP   60m
c      ExternalName   <none>       db.example.com   <none>         60m
`);
});
