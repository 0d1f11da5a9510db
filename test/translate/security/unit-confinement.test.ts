import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../src/model/api/pod.ts";
import type { SecurityContext } from "../../../src/model/api/security-context.ts";
import { containerConfinement } from "../../../src/translate/security/confinement.ts";
import { confinementLines, launchPrefix } from "../../../src/translate/security/unit-confinement.ts";
import { containerMounts } from "../../../src/translate/volumes/mounts.ts";
import { CONFIG, container, HOST, pod, resolved } from "../base.ts";

const PRIVILEGED: SecurityContext = { privileged: true };
const FENCE = "/lib/unitlet/container-landlock";

function confinement(securityContext: SecurityContext = {}, spec: Partial<PodSpec> = {}, mountPath?: string) {
  const asked = container({
    securityContext,
    ...(mountPath === undefined ? {} : { volumeMounts: [{ name: "data", mountPath }] }),
  });
  const of = resolved(pod({ ...spec, containers: [asked] }));
  const place = { ok: true, path: "/data", readOnly: false, conditions: [], storage: [], auxiliaryUnits: [] } as const;
  const mounts = containerMounts(of, new Map([["data", place]]), new Map());
  return containerConfinement(of, { config: CONFIG, host: HOST }, mounts.ok ? mounts.mounts : []);
}

describe("before the program goes", () => {
  const drop = { capabilities: { drop: ["ALL"] } };
  const bounds = ["--bounding-set=-all", "--inh-caps=-all", "--"];
  const name = ["/usr/bin/unshare", "--uts", "--", "/bin/sh", "-c", 'hostname "$0" && exec "$@"', "web"];

  test.for([
    ["nothing when it is privileged", PRIVILEGED, {}, []],
    ["what drops capabilities, in the fence", drop, {}, [FENCE, "/usr/bin/setpriv", ...bounds]],
    ["no fence where others are to be reached", drop, { hostPID: true }, ["/usr/bin/setpriv", ...bounds]],
    [
      "the fence though its pod asks for one PID namespace",
      drop,
      { shareProcessNamespace: true },
      [FENCE, "/usr/bin/setpriv", ...bounds],
    ],
    ["its host name first", drop, { hostNetwork: false }, [...name, FENCE, "/usr/bin/setpriv", ...bounds]],
    [
      "another user",
      { ...drop, runAsUser: 7 },
      {},
      [FENCE, "/usr/bin/setpriv", "--reuid=7", "--regid=0", "--clear-groups", ...bounds],
    ],
    [
      "groups",
      drop,
      { securityContext: { fsGroup: 9, supplementalGroups: [8] } },
      [FENCE, "/usr/bin/setpriv", "--reuid=0", "--regid=0", "--groups=8,9", ...bounds],
    ],
  ] as const)("%s", ([, own, spec, expected]) => {
    expect(
      launchPrefix(
        confinement(own as SecurityContext, spec as Partial<PodSpec>),
        "/lib/unitlet",
        HOST.confinementProbe,
      ),
    ).toEqual(expected);
  });

  test.for(["SYS_PTRACE", "SYS_ADMIN"])("no fence for who has %s", (capability) => {
    const words = launchPrefix(
      confinement({ capabilities: { add: [capability] } }),
      "/lib/unitlet",
      HOST.confinementProbe,
    );
    expect(words).not.toContain(FENCE);
  });

  test("no fence on a host that has nothing to build it with", () => {
    expect(launchPrefix(confinement(), "/lib/unitlet", undefined)).not.toContain(FENCE);
  });
});

describe("directives", () => {
  const values = (of: ReturnType<typeof confinement>, name: string, present: readonly string[] = []) =>
    confinementLines(of, { present: new Set(present), hosts: "", resolvConf: "" })
      .filter(([key]) => key === name)
      .map(([, value]) => value);

  test("name of what may be missing only what is there, and let it be gone by the next boot", () => {
    const present = ["/proc/sys", "/run/systemd/resolve"];
    expect(values(confinement(), "ReadOnlyPaths", present)).toEqual(["/ -/proc/sys"]);
    expect(values(confinement(), "BindReadOnlyPaths", present)).toEqual(["-/run/systemd/resolve"]);
  });

  test("show no resolver of the host to who has a resolv.conf of its own", () => {
    const own = confinement({}, { dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.1"] } });
    expect(values(own, "BindReadOnlyPaths", ["/run/systemd/resolve"])).toHaveLength(1);
  });

  test.for([
    ["all of them", {}, {}, "/proc"],
    ["privileged containers", PRIVILEGED, {}, "/proc /dev /sys"],
    ["those with the host's IPC", {}, { hostIPC: true }, "/proc /dev/shm /dev/mqueue"],
  ] as const)("let %s write to what they may", ([, own, spec, expected]) => {
    expect(values(confinement(own, spec), "ReadWritePaths")).toEqual([expected]);
  });

  const shm = "/dev/shm:mode=1777,size=67108864";
  const hidden = "/var/lib/unitlet:ro /etc/unitlet:ro";

  test.for([
    ["of its own", {}, undefined, ["yes"], [hidden, "/run:mode=0755", shm]],
    [
      "that cannot be written to",
      { readOnlyRootFilesystem: true },
      undefined,
      [],
      [hidden, "/tmp:mode=1777,ro", "/var/tmp:mode=1777,ro", "/run:mode=0755,ro", shm],
    ],
    ["but for a volume at /tmp", {}, "/tmp/", [], [hidden, "/var/tmp:mode=1777", "/run:mode=0755", shm]],
    [
      "that are new for each command, when a volume lies below",
      {},
      "/tmp/a/b",
      [],
      [hidden, "/tmp:mode=1777", "/var/tmp:mode=1777", "/run:mode=0755", shm],
    ],
    ["but for a volume at /var/run, which is /run", {}, "/var/run", ["yes"], [hidden, shm]],
    ["but for a volume at /dev/shm", {}, "/dev/shm", ["yes"], [hidden, "/run:mode=0755"]],
  ] as const)("give directories %s", ([, own, mountPath, temporary, empty]) => {
    const of = confinement(own as SecurityContext, {}, mountPath);
    expect([values(of, "PrivateTmp"), values(of, "TemporaryFileSystem")]).toEqual([temporary, empty]);
  });

  test("let a filtered container use what its capabilities are for", () => {
    const seccompProfile = { type: "RuntimeDefault" } as const;
    const filters = (add: string[]) =>
      values(confinement({ seccompProfile, capabilities: { add } }), "SystemCallFilter");
    expect(filters(["SYS_TIME"]).slice(2)).toEqual(["@clock"]);
    expect(filters([]).slice(2)).toEqual([]);
  });

  test.for([
    [[], ["uts"]],
    [["SYS_ADMIN"], []],
  ] as const)("keep who has %j added from namespaces as %j", ([add, expected]) => {
    const seccompProfile = { type: "RuntimeDefault" } as const;
    const of = confinement({ seccompProfile, capabilities: { add } });
    expect(values(of, "RestrictNamespaces")).toEqual(expected);
  });
});
