import type { V1Container, V1PodSecurityContext, V1PodSpec, V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod } from "../support/manifests.ts";
import { PROBE, probed } from "../support/probe-program.ts";
import { waitForPods } from "../support/wait-for-pods.ts";

/** Of capabilities(7): what runtimes give, by bits. */
const DEFAULT = "00000000a80425fb";
/** What a pod gets that does not ask for the host's network, on which it is. */
const WITHOUT_NET_RAW = "00000000a80405fb";
const NONE = "0000000000000000";

let node: Node;
let everything: string;
let spaces: Readonly<Record<string, string>>;

interface Case {
  readonly own?: V1SecurityContext;
  readonly shared?: V1PodSecurityContext;
  readonly spec?: Partial<V1PodSpec>;
  readonly container?: Partial<V1Container>;
}

/** One change each to a pod that asks for nothing, on the host's network. */
const CASES = {
  plain: {},
  user: { shared: { runAsUser: 1234, runAsGroup: 1235, fsGroup: 2000, supplementalGroups: [3000, 1999] } },
  dropped: { own: { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } } },
  added: { own: { capabilities: { add: ["NET_ADMIN"], drop: ["MKNOD"] } } },
  all: { own: { capabilities: { add: ["ALL"] } } },
  privileged: { own: { privileged: true } },
  tight: { own: { allowPrivilegeEscalation: false, runAsUser: 1234 } },
  loose: { own: { runAsUser: 1234 } },
  filtered: { shared: { seccompProfile: { type: "RuntimeDefault" } } },
  "read-only": { own: { readOnlyRootFilesystem: true } },
  ipc: { spec: { hostIPC: true } },
  named: { spec: { hostNetwork: false } },
  words: { container: { args: ["a b", "$(UID)", "'"], workingDir: "/usr/share" } },
  restricted: {
    own: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    shared: { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, seccompProfile: { type: "RuntimeDefault" } },
    spec: { hostNetwork: false },
  },
  aliased: {
    spec: {
      hostNetwork: false,
      hostname: "db-0",
      subdomain: "db",
      hostAliases: [{ ip: "192.0.2.9", hostnames: ["old", "old.example"] }],
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["192.0.2.53"], searches: ["example.org"], options: [{ name: "ndots", value: "2" }] },
    },
  },
} satisfies Readonly<Record<string, Case>>;

function probePod(name: string, { own = {}, shared = {}, spec = {}, container = {} }: Case): object {
  return pod(
    node,
    name,
    { command: ["/opt/probe"], securityContext: own, ...container },
    { restartPolicy: "Never", hostNetwork: true, securityContext: shared, ...spec },
  );
}

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "confinement");
  await node.machine.write("/opt/probe", PROBE, 0o755);
  await node.exec("cp /usr/bin/id /opt/setuid-id && chmod 4755 /opt/setuid-id && touch /etc/hosts /etc/resolv.conf");
  everything = (await node.exec("sed -n 's/^CapBnd:.//p' /proc/1/status")).stdout.trim();
  spaces = probed(
    (await node.exec("for each in ipc uts pid net mnt; do echo ns:$each $(readlink /proc/1/ns/$each); done")).stdout,
  );
  await node.run(...Object.entries(CASES).map(([name, each]) => probePod(name, each)));
  await waitForPods(node, Object.keys(CASES), ({ status }) => status?.phase === "Succeeded");
});

afterAll(() => node[Symbol.asyncDispose]());

async function seen(name: keyof typeof CASES): Promise<Readonly<Record<string, string>>> {
  return probed(await node.log(name));
}

const capabilities = (given: string, bounds: string) => ({
  CapInh: NONE,
  CapPrm: given,
  CapEff: given,
  CapBnd: bounds,
  CapAmb: NONE,
});

describe("a container that asks for nothing", () => {
  test("is root with what runtimes give, and no filter but that of its Landlock domain", async () => {
    expect(await seen("plain")).toMatchObject({
      ids: "0:0:0",
      ...capabilities(DEFAULT, DEFAULT),
      NoNewPrivs: "0",
      Seccomp: "2",
      SigBlk: NONE,
      SigIgn: NONE,
      umask: "0022",
      cwd: "/",
      chown: "yes",
      words: "",
    });
  });

  test("can write to what is its own, and to nothing of the host", async () => {
    const places = Object.entries(await seen("plain")).filter(([name]) => name.startsWith("write:"));
    const own = places.filter(([, answer]) => answer === "yes").map(([name]) => name.slice("write:".length));
    expect(own).toEqual(["/tmp", "/var/tmp", "/run", "/dev/shm"]);
  });

  test("cannot change the kernel's settings", async () => {
    expect(await seen("plain")).toMatchObject({ "/proc/sys": "ro", "/proc/bus": "ro", "/sys": "ro", "/dev": "ro" });
  });

  test("finds nothing of the agent, of other pods or of the host's services", async () => {
    expect(await seen("plain")).toMatchObject({ secret: "no", run: "/run/unitlet/env", "host-root": "nono" });
  });

  test("has IPC and shared memory of its own, and shares what it must", async () => {
    const plain = await seen("plain");
    expect(plain.shm).toBe("65536");
    const shared = ["uts", "pid", "net"].map((space) => `ns:${space}`);
    expect(shared.filter((space) => plain[space] !== spaces[space])).toEqual([]);
    expect(plain["ns:ipc"]).not.toBe(spaces["ns:ipc"]);
  });
});

describe("a container has what its pod asks for:", () => {
  const cases: readonly (readonly [keyof typeof CASES, object])[] = [
    ["user", { ids: "1234:1235:1235 1999 2000 3000", ...capabilities(NONE, DEFAULT), chown: "no" }],
    ["dropped", { ids: "0:0:0", ...capabilities("0000000000000400", "0000000000000400"), chown: "no" }],
    ["added", capabilities("00000000a00435fb", "00000000a00435fb")],
    ["tight", { ids: "1234:0:0", NoNewPrivs: "1", setuid: "1234" }],
    ["loose", { ids: "1234:0:0", NoNewPrivs: "0", setuid: "0" }],
    ["filtered", { Seccomp: "2", keyring: "1", ...capabilities(DEFAULT, DEFAULT), NoNewPrivs: "0" }],
    ["read-only", { "write:/tmp": "no", "write:/var/tmp": "no", "write:/run": "no", "write:/dev/shm": "yes" }],
    ["words", { cwd: "/usr/share", words: "a b $(UID) '" }],
    ["named", { hostname: "named", Seccomp: "2", ...capabilities(WITHOUT_NET_RAW, WITHOUT_NET_RAW) }],
    [
      "restricted",
      {
        ids: "65534:65534:65534",
        ...capabilities(NONE, NONE),
        NoNewPrivs: "1",
        Seccomp: "2",
        hostname: "restricted",
        "write:/tmp": "no",
      },
    ],
  ];

  test.for(cases)("%s", async ([name, expected]) => {
    expect(await seen(name)).toMatchObject(expected);
  });

  test("all capabilities, and more than that when it is privileged", async () => {
    expect(await seen("all")).toMatchObject({ ...capabilities(everything, everything), "/dev": "ro" });
    expect(await seen("privileged")).toMatchObject({
      ...capabilities(everything, everything),
      "write:/dev": "yes",
      "write:/etc": "no",
    });
  });

  test("the host's IPC", async () => {
    expect(await seen("ipc")).toMatchObject({ "ns:ipc": spaces["ns:ipc"], "write:/dev/shm": "yes" });
  });

  test("a name of its own where it is not on the host's network", async () => {
    const [plain, named] = [await seen("plain"), await seen("named")];
    expect([plain.hostname, plain["ns:uts"]]).toEqual(["confinement", spaces["ns:uts"]]);
    expect(named["ns:uts"]).not.toBe(spaces["ns:uts"]);
  });

  test("names of others and the servers that know them", async () => {
    const { podIPs = [] } = (await node.get("aliased"))?.status ?? {};
    const own = podIPs.map(({ ip }) => `${ip} db-0.db.${node.namespace}.svc.cluster.local db-0;`).join("");
    const { hosts, ...rest } = await seen("aliased");
    expect(hosts).toContain(`fe00::2 ip6-allrouters;${own};192.0.2.9 old old.example;`);
    expect(rest).toMatchObject({
      hostname: "db-0",
      resolv: "search example.org;nameserver 192.0.2.53;options ndots:2;",
    });
  });
});
