import { expect, test } from "vitest";
import { describeObject } from "../../../src/cli/verbs/describe-object.ts";
import { describePod } from "../../../src/cli/verbs/describe-pod.ts";
import type { Pod } from "../../../src/model/api/pod.ts";

const NOW = Date.parse("2026-05-01T12:00:00Z");
const TIMES = { startedAt: "2026-05-01T11:50:00Z", finishedAt: "2026-05-01T11:55:00Z" };

const POD: Pod = {
  metadata: { name: "web", namespace: "default", uid: "1", labels: { app: "web" } },
  spec: {
    nodeName: "node",
    containers: [
      {
        name: "main",
        image: "host",
        command: ["sh", "-c", "a\nb"],
        env: [
          { name: "A", value: "1" },
          { name: "B", valueFrom: { secretKeyRef: { name: "key", key: "k" } } },
        ],
        volumeMounts: [{ name: "data", mountPath: "/data", readOnly: true }],
        resources: { limits: { memory: "1Gi" } },
      },
    ],
    volumes: [{ name: "data", secret: { secretName: "key" } }],
  },
  status: {
    phase: "Running",
    startTime: "2026-05-01T11:00:00Z",
    podIPs: [{ ip: "10.0.0.2" }],
    conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady" }],
    containerStatuses: [
      {
        ...{ name: "main", ready: false, restartCount: 1, image: "", imageID: "", containerID: "systemd://a" },
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated: { exitCode: 3, reason: "Error", ...TIMES } },
      },
    ],
  },
};

const UNITS = [{ name: "unitlet.default.web.main.service", container: "main", state: "inactive (dead)" }];
const EVENT = {
  type: "Warning",
  reason: "BackOff",
  message: "again",
  first: NOW - 90_000,
  last: NOW - 5000,
  count: 2,
} as const;

test("a pod", () => {
  expect(describePod(POD, { units: UNITS, events: [EVENT], now: NOW })).toBe(
    `Name:               web
Namespace:          default
UID:                1
Node:               node
Start Time:         2026-05-01T11:00:00Z
Labels:             app=web
Annotations:        <none>
Status:             Running
IPs:                10.0.0.2
Containers:
  main:
    Unit:           unitlet.default.web.main.service
    Image:          host
    Ports:          <none>
    Command:        sh
                    -c
                    a\\nb
    Limits:         memory: 1Gi
    Container ID:   systemd://a
    State:          Waiting
      Reason:       CrashLoopBackOff
      Message:      back-off
    Last State:     Terminated
      Reason:       Error
      Exit Code:    3
      Started:      2026-05-01T11:50:00Z
      Finished:     2026-05-01T11:55:00Z
    Ready:          False
    Restart Count:  1
    Environment:    A=1
                    B=<set to the key 'k' in secret 'key'>
    Mounts:         /data from data (ro)
Conditions:
  Ready:            False ContainersNotReady
Volumes:
  data:             secret secretName=key
Units:
  unitlet.default.web.main.service   inactive (dead)
Events:
  Type      Reason    Age                Message
  Warning   BackOff   5s (x2 over 90s)   again
`,
  );
});

test("a pod of a cluster without units", () => {
  expect(describePod(POD, { units: [], events: undefined, now: NOW })).toMatch(
    /Units: {2}<none>\nEvents: {2}the API server has them: kubectl describe pod web -n default\n$/,
  );
});

test("a ConfigMap has its data, a Secret the sizes", () => {
  const metadata = { name: "x", namespace: "default" };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "1" }, binaryData: { b: "AAAA" } };
  expect(describeObject(map, [], NOW)).toBe(`Name:         x
Namespace:    default
Labels:       <none>
Annotations:  <none>
Data:         2
Age:          <unknown>

Data
====
a:
----
1

b: 3 bytes
`);
  const secret = { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: { a: "aHVudGVyMg==" } };
  expect(describeObject(secret, [], NOW)).toMatch(/\nData\n====\na: {2}7 bytes\n$/);
});

test("a Secret of a cluster is shown without what kubectl has noted of it", () => {
  const annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"aHVudGVyMg=="}}',
    note: "b",
  };
  const metadata = { name: "x", namespace: "default", annotations };
  const text = describeObject({ apiVersion: "v1", kind: "Secret", metadata }, [], NOW);
  expect(text).toMatch(/^Annotations: +note: b$/m);
  expect(text).not.toContain("aHVudGVyMg==");
});

test("a line of a value does not look like a line of the description", () => {
  const metadata = { name: "x", namespace: "default", annotations: { note: "b\nData:  forged" } };
  const text = describeObject({ apiVersion: "v1", kind: "ConfigMap", metadata }, [], NOW);
  expect(text).toMatch(/^Annotations: {2}note: b\n {14}Data: {2}forged$/m);
});

test("a container that is a unit of the host", () => {
  const units = [
    { name: "unitlet-log@main.service", container: "main", state: "active (running)" },
    { name: "nginx.service", container: "main", state: "active (running)" },
  ];
  expect(describePod(POD, { units, events: [], now: NOW })).toMatch(/^ {4}Unit: +nginx\.service$/m);
});
