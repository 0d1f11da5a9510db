import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../src/model/api/pod.ts";
import type { SecurityContext } from "../../../src/model/api/security-context.ts";
import type { Confinement, Mount } from "../../../src/model/confinement.ts";
import { containerConfinement } from "../../../src/translate/security/confinement.ts";
import { CONFIG, container, HOST, pod, resolved, UID } from "../base.ts";

const DEFAULT = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SYS_CHROOT",
  "CAP_MKNOD",
  "CAP_AUDIT_WRITE",
  "CAP_SETFCAP",
];

/** All of capabilities(7), by their bits. */
const CAPABILITIES = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT
  SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
  MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
`
  .trim()
  .split(/\s+/)
  .map((name) => `CAP_${name}`);

function of(securityContext: SecurityContext = {}, spec: Partial<PodSpec> = {}): Confinement {
  const asked = container({ securityContext });
  return containerConfinement(resolved(pod({ ...spec, containers: [asked] })), { config: CONFIG, host: HOST });
}

describe("the user", () => {
  test.for([
    ["is root in group 0 when nobody says anything", {}, {}, { uid: 0, gid: 0, groups: [] }],
    ["is the pod's", { runAsUser: 7, runAsGroup: 8 }, {}, { uid: 7, gid: 8, groups: [] }],
    [
      "is the container's before the pod's",
      { runAsUser: 7, runAsGroup: 8 },
      { runAsUser: 9 },
      { uid: 9, gid: 8, groups: [] },
    ],
    [
      "is in the pod's groups and in that of its volumes, each once",
      { runAsGroup: 8, supplementalGroups: [30, 8, 4], fsGroup: 4 },
      {},
      { uid: 0, gid: 8, groups: [4, 30] },
    ],
  ] as const)("%s", ([, shared, own, expected]) => {
    expect(of(own, { securityContext: shared }).user).toEqual(expected);
  });
});

describe("capabilities are", () => {
  test.for([
    ["those of runtimes when nothing is asked", {}, DEFAULT],
    ["none when all are dropped", { drop: ["ALL"] }, []],
    [
      "those that are added to none",
      { drop: ["ALL"], add: ["NET_ADMIN", "CAP_CHOWN"] },
      ["CAP_CHOWN", "CAP_NET_ADMIN"],
    ],
    [
      "the default ones without those that are dropped",
      { drop: ["MKNOD", "cap_net_raw"] },
      DEFAULT.filter((name) => !/MKNOD|RAW/.test(name)),
    ],
    [
      "dropped by name when they are added too",
      { add: ["KILL"], drop: ["KILL"] },
      DEFAULT.filter((name) => name !== "CAP_KILL"),
    ],
  ] as const)("%s", ([, capabilities, expected]) => {
    expect(of({ capabilities }).capabilities).toEqual(expected);
  });

  test.for([
    ["not NET_RAW in a pod that does not ask for the host's network, on which it is", {}, false],
    ["NET_RAW there when it is added", { add: ["NET_RAW"] }, true],
    ["NET_RAW there when all are added", { add: ["ALL"] }, true],
  ] as const)("%s", ([, capabilities, expected]) => {
    const { capabilities: given } = of({ capabilities }, { hostNetwork: false });
    expect(given.includes("CAP_NET_RAW")).toBe(expected);
    expect(given).toEqual(expect.arrayContaining(DEFAULT.filter((name) => name !== "CAP_NET_RAW")));
  });

  test("all of Linux's when all are added, and when the container is privileged", () => {
    const all = of({ capabilities: { add: ["ALL"] } }).capabilities;
    expect(all).toEqual(CAPABILITIES);
    expect(of({ privileged: true }).capabilities).toEqual(all);
  });
});

describe("seccomp is", () => {
  const profile = (type: "RuntimeDefault" | "Unconfined") => ({ seccompProfile: { type } });

  test.for([
    ["off unless it is asked for", {}, {}, "unconfined"],
    ["the pod's", profile("RuntimeDefault"), {}, "runtime-default"],
    ["the container's before the pod's", profile("RuntimeDefault"), profile("Unconfined"), "unconfined"],
    ["off in a privileged container", profile("RuntimeDefault"), { privileged: true }, "unconfined"],
  ] as const)("%s", ([, shared, own, type]) => {
    expect(of(own, { securityContext: shared }).seccomp).toEqual({ type });
  });
});

describe("what of /proc acts on the host is read-only", () => {
  const PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

  test.for([
    ["to root", {}, PATHS],
    ["to a user that can become root", { runAsUser: 7 }, PATHS],
    ["not to a user that cannot, whom file modes keep out", { runAsUser: 7, allowPrivilegeEscalation: false }, []],
    ["not to a privileged container", { privileged: true }, []],
  ] as const)("%s", ([, own, paths]) => {
    expect(of(own).readOnlyPaths).toEqual(paths);
  });
});

describe("the host name", () => {
  test.for([
    ["is the host's on its network", { hostNetwork: true, hostname: "x" }, undefined],
    ["is the pod's", {}, "web"],
    ["is what the pod says", { hostname: "x", subdomain: "y" }, "x"],
    [
      "is the whole name where that is asked",
      { subdomain: "y", setHostnameAsFQDN: true },
      "web.y.shop.svc.cluster.local",
    ],
    ["has no domain without a subdomain", { setHostnameAsFQDN: true }, "web"],
    ["is what overrides it", { hostname: "x", hostnameOverride: "db.example.org" }, "db.example.org"],
    ["is cut to what Linux takes, not after a hyphen", { hostname: `${"a".repeat(62)}-b` }, "a".repeat(62)],
  ] as const)("%s", ([, spec, expected]) => {
    const { hostname, namespaces } = of({}, { hostNetwork: false, ...spec });
    expect({ hostname, uts: namespaces.uts }).toEqual({ hostname: expected, uts: expected ? "container" : "host" });
  });
});

describe("mounts", () => {
  /** Without the file for last words, which test/translate/ has elsewhere. */
  const mounts = (spec: Partial<PodSpec>, mounted: readonly Mount[] = []) => {
    const of = resolved(pod({ ...spec, containers: [container()] }));
    const confinement = containerConfinement(of, { config: CONFIG, host: HOST }, mounted);
    return confinement.mounts.filter(({ target }) => target !== "/dev/termination-log");
  };

  test("are /etc/hosts and shared memory of its own for a pod that is not on the host's network", () => {
    expect(mounts({ hostNetwork: false })).toEqual([
      {
        type: "bind",
        source: `/run/unitlet/pods/${UID}/hosts`,
        target: "/etc/hosts",
        readOnly: true,
        recursiveReadOnly: false,
        propagation: "private",
      },
      { type: "tmpfs", target: "/dev/shm", readOnly: false, mode: 0o1777, size: 67108864 },
    ]);
  });

  test.for([
    ["no shared memory with the host's IPC", { hostIPC: true }, []],
    [
      "name servers where the pod names some",
      { dnsConfig: { nameservers: ["192.0.2.1"] } },
      ["/etc/resolv.conf", "/dev/shm"],
    ],
  ] as const)("are %s", ([, spec, expected]) => {
    expect(mounts(spec).map(({ target }) => target)).toEqual(expected);
  });

  test("of the pod take the place of what would be there", () => {
    const shm = { type: "bind", source: "/shm", target: "/dev/shm", readOnly: false } as const;
    const own = { ...shm, recursiveReadOnly: false, propagation: "private" } as const;
    expect(mounts({}, [own]).map(({ target, type }) => [target, type])).toEqual([["/dev/shm", "bind"]]);
  });
});

describe("within reach are", () => {
  test.for([
    ["a container's own processes", {}, "container"],
    ["the pod's where it shares them", { shareProcessNamespace: true }, "pod"],
    ["the host's where it asks for them", { hostPID: true, shareProcessNamespace: true }, "host"],
  ] as const)("%s", ([, spec, expected]) => {
    expect(of({}, spec).namespaces.pid).toBe(expected);
  });
});
