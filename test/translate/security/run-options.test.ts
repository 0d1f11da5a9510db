import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../src/model/api/pod.ts";
import type { SecurityContext } from "../../../src/model/api/security-context.ts";
import { containerConfinement } from "../../../src/translate/security/confinement.ts";
import { enterRights, rightsOptions } from "../../../src/translate/security/rights-options.ts";
import { runWords } from "../../../src/translate/security/run-options.ts";
import { confinementLines } from "../../../src/translate/security/unit-confinement.ts";
import { containerMounts } from "../../../src/translate/volumes/mounts.ts";
import { CONFIG, container, HOST, pod, resolved } from "../base.ts";

const PRIVILEGED: SecurityContext = { privileged: true };
const DROP: SecurityContext = { capabilities: { drop: ["ALL"] } };

function confined(securityContext: SecurityContext = {}, spec: Partial<PodSpec> = {}, mountPath?: string) {
  const asked = container({
    securityContext,
    ...(mountPath === undefined ? {} : { volumeMounts: [{ name: "data", mountPath }] }),
  });
  const of = resolved(pod({ ...spec, containers: [asked] }));
  const place = { ok: true, path: "/data", readOnly: false, conditions: [], storage: [], auxiliaryUnits: [] } as const;
  const mounts = containerMounts(of, new Map([["data", place]]), new Map());
  return { of, confinement: containerConfinement(of, { config: CONFIG, host: HOST }, mounts.ok ? mounts.mounts : []) };
}

type Confined = ReturnType<typeof confined>;

const words = ({ of, confinement }: Confined) => runWords(of, confinement, "/lib/unitlet", { notifies: false });

/** Returns the mounts of a kind, each as its words without the option's name. */
function mounts(of: Confined, kind: "bind" | "tmpfs"): string[] {
  const all = words(of);
  const length = kind === "bind" ? 3 : 2;
  return all.flatMap((word, at) => (word === `--${kind}` ? [all.slice(at + 1, at + 1 + length).join(" ")] : []));
}

describe("rights", () => {
  const user = ["--reuid", "0", "--regid", "0"];

  test.for([
    ["none are taken from a privileged container", PRIVILEGED, {}, user],
    ["capabilities, in a Landlock domain", DROP, {}, ["--landlock", "--bounding-set", "none", ...user]],
    ["no domain where others are to be reached", DROP, { hostPID: true }, ["--bounding-set", "none", ...user]],
    [
      "a domain though its pod shares a PID namespace",
      DROP,
      { shareProcessNamespace: true },
      ["--landlock", "--bounding-set", "none", ...user],
    ],
    [
      "another user",
      { ...DROP, runAsUser: 7 },
      {},
      ["--landlock", "--bounding-set", "none", "--reuid", "7", "--regid", "0"],
    ],
    [
      "groups",
      DROP,
      { securityContext: { fsGroup: 9, supplementalGroups: [8] } },
      ["--landlock", "--bounding-set", "none", ...user, "--groups", "8,9"],
    ],
    [
      "no_new_privs",
      { ...DROP, allowPrivilegeEscalation: false },
      {},
      ["--landlock", "--no-new-privs", "--bounding-set", "none", ...user],
    ],
    [
      "namespaces and mounts, with the runtimes' profile",
      { ...DROP, seccompProfile: { type: "RuntimeDefault" } },
      {},
      ["--landlock", "--forbid-namespaces", "--bounding-set", "none", ...user],
    ],
    [
      "but not from what may mount",
      { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] }, seccompProfile: { type: "RuntimeDefault" } },
      {},
      ["--bounding-set", "sys_admin", ...user],
    ],
    [
      "no domain for what may trace",
      { capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } },
      {},
      ["--bounding-set", "sys_ptrace", ...user],
    ],
  ] as const)("%s", ([, own, spec, expected]) => {
    const { confinement } = confined(own as SecurityContext, spec as Partial<PodSpec>);
    expect(rightsOptions(confinement)).toEqual(expected);
  });

  test("setuid programs, where root is not admitted", () => {
    const of = resolved(pod({ containers: [container({ securityContext: { ...DROP, runAsUser: 7 } })] }));
    const withAccounts = (hostAccounts: readonly string[]) =>
      containerConfinement(of, { config: { ...CONFIG, hostAccounts }, host: HOST }).noNewPrivileges;
    expect([withAccounts([]), withAccounts(["daemon"]), withAccounts(["root"])]).toEqual([true, true, false]);
  });

  test("what a package's unit changes", () => {
    const { confinement } = confined({ ...DROP, runAsUser: 7 });
    expect(rightsOptions(confinement, { ambientCapabilities: ["CAP_NET_BIND_SERVICE"], isFiltered: true })).toEqual([
      ...["--landlock", "--forbid-namespaces", "--bounding-set", "none"],
      ...["--ambient-caps", "net_bind_service", "--reuid", "7", "--regid", "0"],
    ]);
  });

  test("what enters gets the same, one word a line, and the system call filter of the process", () => {
    const { confinement } = confined({ ...DROP, seccompProfile: { type: "RuntimeDefault" } });
    expect(enterRights("app", confinement)).toEqual({
      ...{ name: "app.enter", uid: 0 },
      text: "--landlock\n--forbid-namespaces\n--bounding-set\nnone\n--reuid\n0\n--regid\n0\n",
    });
  });
});

describe("namespaces and file systems of the host", () => {
  test.for([
    ["none", {}, {}, ["--unshare-ipc"]],
    ["its host name", {}, { hostNetwork: false }, ["--unshare-ipc", "--hostname", "web"]],
    ["devices and processes when it is privileged", PRIVILEGED, {}, ["--host-devices", "--host-proc", "--unshare-ipc"]],
    ["processes", {}, { hostPID: true }, ["--host-proc", "--unshare-ipc"]],
    ["IPC", {}, { hostIPC: true }, []],
  ] as const)("%s", ([, own, spec, expected]) => {
    const all = words(confined(own, spec));
    expect(
      all.slice(
        4,
        all.findIndex((word) => /^--(read-only|bind|tmpfs)$/.test(word)),
      ),
    ).toEqual(expected);
  });

  test("with the host's IPC the host's shared memory is there", () => {
    const shared = mounts(confined({}, { hostIPC: true }), "bind").filter((each) => each.includes("/dev/"));
    expect(shared).toEqual(
      expect.arrayContaining(["/dev/shm", "/dev/mqueue"].map((path) => `rw,private,optional ${path} ${path}`)),
    );
  });
});

describe("directories of its own:", () => {
  const run = "mode=0755 /run";
  const shm = "mode=1777,size=67108864 /dev/shm";
  const tmp = (name: string, path: string) =>
    `rw,private /var/lib/unitlet/pods/${pod().metadata.uid}/tmp/app/${name} ${path}`;
  const own = (of: Confined) => mounts(of, "bind").filter((each) => each.includes("/tmp/app/"));

  test.for([
    ["all", {}, undefined, [tmp("tmp", "/tmp"), tmp("var-tmp", "/var/tmp")], [run, shm]],
    [
      "none that can be written to",
      { readOnlyRootFilesystem: true },
      undefined,
      [],
      ["mode=0755,ro /run", "mode=1777,ro /tmp", "mode=1777,ro /var/tmp", shm],
    ],
    ["but for a volume at /tmp", {}, "/tmp/", [tmp("var-tmp", "/var/tmp")], [run, shm]],
    ["but for a volume at /dev/shm", {}, "/dev/shm", [tmp("tmp", "/tmp"), tmp("var-tmp", "/var/tmp")], [run]],
  ] as const)("%s", ([, change, mountPath, temporary, empty]) => {
    const of = confined(change as SecurityContext, {}, mountPath);
    expect([own(of), mounts(of, "tmpfs")]).toEqual([temporary, empty]);
  });

  test("a mount follows the one that it lies within", () => {
    const targets = mounts(confined({}, {}, "/tmp/a/b"), "bind").map((each) => each.split(" ").at(-1));
    expect(targets.indexOf("/tmp/a/b")).toBeGreaterThan(targets.indexOf("/tmp"));
  });

  test("the host's resolver, unless it has a resolv.conf of its own", () => {
    const own = { dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.1"] } } as const;
    const resolver = "ro,private,optional /run/systemd/resolve /run/systemd/resolve";
    expect(mounts(confined(), "bind")).toContain(resolver);
    expect(mounts(confined({}, own), "bind")).not.toContain(resolver);
  });
});

describe("directives of the unit", () => {
  const filters = (add: string[]) =>
    confinementLines(confined({ seccompProfile: { type: "RuntimeDefault" }, capabilities: { add } }).confinement)
      .filter(([key]) => key === "SystemCallFilter")
      .map(([, value]) => value);

  test("let a filtered container use what its capabilities are for", () => {
    expect(filters(["SYS_TIME"]).slice(3)).toEqual(["@clock"]);
    expect(filters([]).slice(3)).toEqual([]);
  });
});
