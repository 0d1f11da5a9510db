import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { install } from "../support/node.ts";

const FILE = "/etc/unitlet/manifests/claims.yaml";
const TRAP = "/var/lib/unitlet/claims/default/trap";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("attack-claims", { net: "private" });
  await install(machine);
  await machine.exec("mkdir -p /srv/canary && echo stolen >/srv/canary/file && chmod -R go-rwx /srv/canary");
});

afterAll(() => machine[Symbol.asyncDispose]());

const CLAIM = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "trap" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};

/** A pod that mounts a claim at /run/data. */
function user(name: string, script: string, { claimName = "trap", mount = {}, spec = {} } = {}): object {
  const container = {
    ...{ name: "main", image: "host", command: ["sh", "-c", `${script}; exec sleep infinity`] },
    volumeMounts: [{ name: "data", mountPath: "/run/data", ...mount }],
  };
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName } }];
  const all = { terminationGracePeriodSeconds: 1, containers: [container], volumes, ...spec };
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: all };
}

const output = async (command: string) => (await machine.exec(command)).stdout;

async function place(...documents: readonly object[]): Promise<void> {
  await machine.write(FILE, documents.map((each) => JSON.stringify(each)).join("\n---\n"));
  await machine.exec("systemctl start unitlet-sync && systemctl start unitlet-sync", { allowFailure: true });
}

async function untilSaid(command: string, pattern: RegExp): Promise<void> {
  const look = async () => {
    const text = await output(command);
    return [pattern.test(text), text] as const;
  };
  await machine.until(look, { what: `${command}: ${pattern}` });
}

const ARRANGE =
  "cd /run/data && ln -s /srv/canary link && ln -s ../../../../../../srv/canary relative && mkdir -p real && touch done";
const AS_USER = { securityContext: { runAsUser: 4321, runAsGroup: 4321 } };

test("a name that is a path is no claim", async () => {
  const names = ["../../../../srv/canary", "..", "../default/trap"];
  await place(CLAIM, ...names.map((claimName, at) => user(`path-${at}`, "true", { claimName })));
  for (const [at, name] of names.entries())
    await untilSaid(
      "unitlet status",
      new RegExp(`^default/path-${at} .*persistentvolumeclaim "${name}" not found`, "m"),
    );
  expect(await output("ls -d /var/lib/unitlet/claims/default/* 2>/dev/null || true")).toBe("");
});

test("links in a claim lead no other pod out of it", async () => {
  const arrange = user("arrange", ARRANGE, { spec: AS_USER });
  await place(CLAIM, arrange);
  await untilSaid(`ls ${TRAP} 2>/dev/null || true`, /^done$/m);
  const within = (name: string, subPath: string) => user(name, "cat /run/data/file", { mount: { subPath } });
  await place(CLAIM, arrange, within("absolute", "link"), within("relative", "relative"));
  await untilSaid("unitlet status", /^default\/absolute .*link leads out of the volume/m);
  await untilSaid("unitlet status", /^default\/relative .*relative leads out of the volume/m);
  const log = "journalctl --namespace=unitlet.default -q -o cat _TRANSPORT=stdout";
  expect(await output(log)).not.toContain("stolen");
});

test("a group of the claim does not reach what its links name", async () => {
  await place(CLAIM, user("grouped", "true", { spec: { securityContext: { fsGroup: 4444 } } }));
  await untilSaid(`stat -c %g ${TRAP}/done`, /^4444$/m);
  expect(await output("stat -c '%a %g' /srv/canary /srv/canary/file")).toBe("700 0\n600 0\n");
});

test("a deletion does not reach what its links name", async () => {
  await machine.exec(["rm", FILE]);
  await machine.exec("systemctl start unitlet-sync && systemctl start unitlet-sync", { allowFailure: true });
  await machine.until(
    async () => {
      const { code, stderr } = await machine.exec("unitlet claims delete default/trap", { allowFailure: true });
      return [code === 0, stderr] as const;
    },
    { what: "the claim to be deleted" },
  );
  expect(await output("ls /srv/canary; ls -A /var/lib/unitlet/claims/default")).toBe("file\n");
});
