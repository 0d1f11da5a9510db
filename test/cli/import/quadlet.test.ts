import { expect, test } from "vitest";
import { importUnit } from "../../../src/cli/import/import-unit.ts";

const importOf = (lines: string) =>
  importUnit("web.container", `[Service]\nRestart=no\n[Container]\nImage=quay.io/x/web:1\n${lines}`);
const containerOf = (lines: string) => importOf(lines).manifest.spec.containers[0];

test("a .container file becomes a pod on its image", () => {
  expect(importOf("Exec=serve --port 80\n[Service]\nRestart=always\n[Install]\nWantedBy=default.target\n")).toEqual({
    manifest: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", labels: { "app.kubernetes.io/name": "web" } },
      spec: {
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 10,
        containers: [{ name: "web", image: "quay.io/x/web:1", args: ["serve", "--port", "80"] }],
      },
    },
    notes: [],
  });
});

test.each([
  ["8080:80", { containerPort: 80, hostPort: 8080 }],
  ["80", { containerPort: 80 }],
  ["127.0.0.1:8080:80/tcp", { containerPort: 80, hostPort: 8080, hostIP: "127.0.0.1" }],
  ["[::1]:53:53/udp", { containerPort: 53, hostPort: 53, hostIP: "::1", protocol: "UDP" }],
])("PublishPort=%s", (value, port) => {
  expect(containerOf(`PublishPort=${value}\n`)?.ports).toEqual([port]);
});

test("a range of ports is told", () => {
  expect(importOf("PublishPort=8000-8010:8000-8010\n").notes).toEqual([
    "PublishPort=8000-8010:8000-8010: a pod has single ports: write one for each in ports",
  ]);
});

test("volumes: a directory of the host, a volume with a name, one without, and memory", () => {
  const { manifest, notes } = importOf(
    "Volume=/srv/www:/www:ro,z\nVolume=data.volume:/data\nVolume=/cache\nTmpfs=/tmp\n",
  );
  expect(manifest.spec.volumes).toEqual([
    { name: "srv-www", hostPath: { path: "/srv/www" } },
    {
      name: "var-lib-containers-storage-volumes-systemd-data-data",
      hostPath: { path: "/var/lib/containers/storage/volumes/systemd-data/_data" },
    },
    { name: "cache", emptyDir: {} },
    { name: "tmp", emptyDir: { medium: "Memory" } },
  ]);
  expect(manifest.spec.containers[0]?.volumeMounts?.[0]).toEqual({
    name: "srv-www",
    mountPath: "/www",
    readOnly: true,
  });
  expect(notes).toHaveLength(2);
});

test("a health check makes the pod not ready, or restarts the container", () => {
  const check = "HealthCmd=curl -f http://localhost/\nHealthInterval=10s\nHealthRetries=5\n";
  const probe = {
    exec: { command: ["/bin/sh", "-c", "curl -f http://localhost/"] },
    ...{ periodSeconds: 10, timeoutSeconds: 30, failureThreshold: 5 },
  };
  expect(containerOf(check)).toMatchObject({ readinessProbe: probe });
  expect(containerOf(`${check}HealthOnFailure=kill\n`)).toMatchObject({ livenessProbe: probe });
});

test.each([
  ["User=1000:1001", { runAsUser: 1000, runAsGroup: 1001 }],
  ["User=www", { runAsNonRoot: true }],
  ["DropCapability=all\nAddCapability=CAP_NET_RAW", { capabilities: { add: ["NET_RAW"], drop: ["ALL"] } }],
  ["ReadOnly=true\nNoNewPrivileges=true", { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true }],
])("%j", (lines, securityContext) => {
  expect(containerOf(`${lines}\n`)?.securityContext).toEqual(securityContext);
});

test("what a pod lacks is told, of podman and of systemd", () => {
  const { notes } = importOf("PodmanArgs=--x\nSecret=token\n[Service]\nRestart=no\nExecStartPre=/bin/true\n");
  expect(notes.map((note) => note.replace(/:.*/, ""))).toEqual([
    "ExecStartPre=/bin/true",
    "PodmanArgs=--x",
    "Secret=token",
  ]);
});
