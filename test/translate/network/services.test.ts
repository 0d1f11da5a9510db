import { describe, expect, test } from "vitest";
import type { Pod, PodSpec, PodStatus } from "../../../src/model/api/pod.ts";
import type { DirectoryService, ServiceSpec } from "../../../src/model/api/service.ts";
import { hostsFile } from "../../../src/translate/network/hosts-file.ts";
import { serviceEntries, serviceProblem } from "../../../src/translate/network/service-entries.ts";
import { serviceLines } from "../../../src/translate/network/service-lines.ts";
import { pod, runnable } from "../base.ts";

const service = (spec: ServiceSpec = {}, name = "api", namespace = "shop"): DirectoryService => ({
  metadata: { name, namespace },
  spec: { selector: { app: "api" }, ...spec },
});

interface More {
  readonly spec?: Partial<PodSpec>;
  readonly status?: Partial<PodStatus>;
  readonly metadata?: Partial<Pod["metadata"]>;
}

function backend(name: string, ip: string, { spec, status, metadata }: More = {}): Pod {
  const base = pod(spec ?? {}, { name, uid: name, labels: { app: "api" }, ...metadata });
  const conditions = [{ type: "Ready", status: "True" } as const];
  return { ...base, status: { phase: "Running", podIPs: [{ ip }], conditions, ...status } };
}

const A = backend("a", "10.86.0.2");
const B = backend("b", "10.86.0.3");
const entriesOf = (pods: readonly Pod[], ...services: readonly DirectoryService[]) =>
  serviceEntries(services, pods).map(({ namespace, host, address }) => `${address} ${host}.${namespace}`);

describe("a Service leads", () => {
  test("to all ready pods that its selector selects, in the order of their names", () => {
    expect(entriesOf([B, A], service())).toEqual(["10.86.0.2 api.shop", "10.86.0.3 api.shop"]);
  });

  test.each([
    ["is not ready", { status: { conditions: [{ type: "Ready", status: "False" }] } }],
    ["has no condition", { status: { conditions: [] } }],
    ["has no address", { status: { podIPs: [] } }],
    ["has ended", { status: { phase: "Failed" } }],
    ["ends", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }],
    ["has another label", { metadata: { labels: { app: "web" } } }],
    ["is in another namespace", { metadata: { namespace: "other" } }],
  ] as const)("to no pod that %s", (_, more) => {
    expect(entriesOf([A, backend("b", "10.86.0.3", more as More)], service())).toEqual(["10.86.0.2 api.shop"]);
  });

  test("to a pod that is not ready with publishNotReadyAddresses", () => {
    const unready = backend("a", "10.86.0.2", { status: { conditions: [] } });
    expect(entriesOf([unready], service({ publishNotReadyAddresses: true }))).toEqual(["10.86.0.2 api.shop"]);
  });

  test.each([{ selector: {} }, { type: "ExternalName" }])("nowhere: %j", (spec) => {
    expect(entriesOf([A], service(spec))).toEqual([]);
  });

  test.each([
    [{}, ["10.86.0.2 api.shop"]],
    [{ ipFamilies: ["IPv6"] }, ["fd00::2 api.shop"]],
    [{ ipFamilyPolicy: "PreferDualStack" }, ["10.86.0.2 api.shop", "fd00::2 api.shop"]],
  ])("to the addresses of its IP families: %j", (spec, expected) => {
    const dual = backend("a", "", { status: { podIPs: [{ ip: "10.86.0.2" }, { ip: "fd00::2" }] } });
    expect(entriesOf([dual], service(spec))).toEqual(expected);
  });

  test("once to an address that pods share, as those on the host's network do", () => {
    expect(entriesOf([A, backend("b", "10.86.0.2")], service())).toEqual(["10.86.0.2 api.shop"]);
  });

  test("with a name of its own to a pod with a host name in its domain, as those of a StatefulSet", () => {
    const db0 = backend("db-0", "10.86.0.9", { spec: { hostname: "db-0", subdomain: "api" } });
    expect(entriesOf([A, db0], service())).toEqual([
      "10.86.0.2 api.shop",
      "10.86.0.9 api.shop",
      "10.86.0.9 db-0.api.shop",
    ]);
  });
});

describe("many Services", () => {
  const pods = Array.from({ length: 100 }, (_, at) => backend(`p${at}`, `10.86.0.${at + 1}`));
  const services = Array.from({ length: 1001 }, (_, at) => service({}, `s${at}`, at === 1000 ? "zoo" : "shop"));

  test("have one address each", () => {
    expect(serviceEntries(services, pods)).toHaveLength(1000);
  });

  test("one Service has 16", () => {
    expect(serviceEntries([service()], pods)).toHaveLength(16);
  });

  test("beyond what a file has, those of other namespaces are left out, and a message says so", () => {
    const more = [...pods, backend("q", "10.86.0.200", { metadata: { namespace: "zoo" } })];
    const entries = serviceEntries(services, more);
    const lines = serviceLines(entries, { namespace: "zoo", domain: "cluster.local", before: "" });
    expect([lines.split("\n").length, lines.split("\n")[2]]).toEqual([
      1003,
      "10.86.0.200\ts1000.zoo.svc.cluster.local\ts1000.zoo.svc\ts1000.zoo\ts1000",
    ]);
    expect(serviceProblem(services, more)).toBe(
      "Services have 1001 addresses, and /etc/hosts of a pod has 1000: those of other namespaces come last and are left out",
    );
    expect(serviceProblem(services.slice(1), more)).toBeUndefined();
  });
});

describe("the lines of /etc/hosts", () => {
  const lines = (namespace: string, before = "", ...services: readonly DirectoryService[]) =>
    serviceLines(serviceEntries(services.length > 0 ? services : [service()], [A]), {
      namespace,
      domain: "cluster.local",
      before,
    });

  test("have four names in the namespace of the Service", () => {
    expect(lines("shop")).toBe(
      "\n# Entries of Services.\n10.86.0.2\tapi.shop.svc.cluster.local\tapi.shop.svc\tapi.shop\tapi\n",
    );
  });

  test("have no short name in another namespace", () => {
    expect(lines("other")).toBe(
      "\n# Entries of Services.\n10.86.0.2\tapi.shop.svc.cluster.local\tapi.shop.svc\tapi.shop\n",
    );
  });

  test("leave a name to the entry that the file has already", () => {
    expect(lines("shop", "127.0.0.1\tapi # the pod\n192.0.2.1 api.shop\n# api.shop.svc\n")).toBe(
      "\n# Entries of Services.\n10.86.0.2\tapi.shop.svc.cluster.local\tapi.shop.svc\n",
    );
  });

  test("have one name each when a line would be longer than resolvers read", () => {
    const long = "a".repeat(63);
    const far = [{ namespace: long, host: `${long}.${long}`, address: "10.86.0.2" }];
    const text = serviceLines(far, { namespace: long, domain: "cluster.local", before: "" });
    expect(text.split("\n").slice(2, -1)).toEqual([
      `10.86.0.2\t${long}.${long}.${long}.svc.cluster.local`,
      `10.86.0.2\t${long}.${long}.${long}.svc`,
      `10.86.0.2\t${long}.${long}.${long}`,
      `10.86.0.2\t${long}.${long}`,
    ]);
  });

  test("are none for a Service without an address", () => {
    expect(lines("shop", "", service({ selector: { app: "none" } }))).toBe("");
  });
});

describe("/etc/hosts of a pod", () => {
  const FACTS = { ofTheHost: "127.0.0.1 localhost\n", addresses: ["10.0.0.1"], clusterDomain: "cluster.local" };
  const onHost = (more: object) => hostsFile(pod({ hostNetwork: true }), { ...FACTS, isWritten: false, ...more });
  const OWN = "# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n";

  test("on the host's network is the host's while there are no Services", () => {
    expect(onHost({})).toBeUndefined();
  });

  test("on the host's network has the host's lines and those of Services", () => {
    expect(onHost({ services: serviceEntries([service()], [A]) })).toBe(
      `${OWN}\n# Entries of Services.\n10.86.0.2\tapi.shop.svc.cluster.local\tapi.shop.svc\tapi.shop\tapi\n`,
    );
  });

  test("stays the pod's own when the last Service is gone, because containers have it mounted", () => {
    expect(onHost({ isWritten: true })).toBe(OWN);
  });

  test("does not give a Service the name localhost, nor that of the pod", () => {
    const hostile = [service({}, "localhost"), service({}, "web")];
    const own = hostsFile(pod({ hostNetwork: false }), {
      ...{ ...FACTS, isWritten: true },
      services: serviceEntries(hostile, [A]),
    });
    expect(own?.split("# Entries of Services.\n")[1]).toBe(
      "10.86.0.2\tlocalhost.shop.svc.cluster.local\tlocalhost.shop.svc\tlocalhost.shop\n" +
        "10.86.0.2\tweb.shop.svc.cluster.local\tweb.shop.svc\tweb.shop\n",
    );
  });
});

describe("a container on the host's network", () => {
  const unitOf = (context: Parameters<typeof runnable>[1]) => runnable(pod(), context).containers[0]?.unit;

  test("mounts the file, and does not restart for the first Service", () => {
    const units = [unitOf({}), unitOf({ services: [] })];
    expect(units.map((unit) => unit?.text.includes("/hosts"))).toEqual([false, true]);
    expect(units[1]?.identity.specHash).toBe(units[0]?.identity.specHash);
  });
});
