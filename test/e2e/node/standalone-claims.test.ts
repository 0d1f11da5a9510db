import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

const FILE = "/etc/unitlet/manifests/db.yaml";
const DATA = "/var/lib/unitlet/claims/default/data-db-0";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("standalone-claims", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

const CLAIM = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

/** A StatefulSet whose pod adds a line to a file of its claim, and says all lines. */
function set(words: string): object {
  const command = ["sh", "-c", `echo ${words} >>/run/data/lines; cat /run/data/lines; exec sleep infinity`];
  const container = { name: "main", command, volumeMounts: [{ name: "data", mountPath: "/run/data" }] };
  const spec = {
    securityContext: { runAsUser: 4321, runAsGroup: 4321, fsGroup: 4322 },
    terminationGracePeriodSeconds: 1,
    containers: [container],
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: {
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } }, spec },
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: CLAIM }],
    },
  };
}

const output = async (command: string) => (await machine.exec(command)).stdout;

async function sync(): Promise<void> {
  await machine.exec("systemctl start unitlet-sync && systemctl start unitlet-sync", { allowFailure: true });
}

async function place(document: object): Promise<void> {
  await machine.write(FILE, JSON.stringify(document));
  await sync();
}

/** Waits until a command prints exactly these lines. */
async function untilLines(command: string, lines: readonly string[]): Promise<void> {
  const wanted = lines.map((line) => `${line}\n`).join("");
  const look = async () => {
    const text = await output(command);
    return [text === wanted, text] as const;
  };
  await machine.until(look, { what: `${command}: ${lines.join(", ")}` });
}

const untilData = (...lines: readonly string[]) => untilLines(`cat ${DATA}/lines || true`, lines);

test("a claim of a StatefulSet is a directory of the pod's group, which nobody else can enter", async () => {
  await place(set("one"));
  await untilData("one");
  expect(await output(`stat -c '%a %u %g' ${DATA} ${DATA}/lines /var/lib/unitlet/claims/default`)).toBe(
    "2777 0 4322\n644 4321 4322\n700 0 0\n",
  );
});

test("the journal says once that the size is not limited", async () => {
  const count = "journalctl -q -o cat -u unitlet-sync | grep -c 'Its size is not limited' || true";
  await untilLines(`journalctl --sync; ${count}`, ["1"]);
});

test("a run with nothing to do changes nothing", async () => {
  await machine.until(async () => (await output("unitlet plan || true")) === "Nothing to do.\n", { what: "no step" });
});

test("the data survive another template", async () => {
  await place(set("two"));
  await untilData("one", "two");
});

test("the data survive a reboot", async () => {
  await machine.reboot();
  await untilData("one", "two", "two");
});

test("unitlet get pvc shows the claim of the template", async () => {
  expect(await output("unitlet get pvc")).toMatch(
    /^data-db-0 +Bound +\/var\/lib\/unitlet\/claims\/default\/data-db-0 /m,
  );
});

test("a claim that a pod uses is not deleted", async () => {
  const refused = await machine.exec("unitlet claims delete default/data-db-0", { allowFailure: true });
  expect(refused).toMatchObject({
    code: 1,
    stderr: "claim default/data-db-0 is used by pod default/db-0: remove its manifest first\n",
  });
});

test("the data stay without the manifest, and come back with it", async () => {
  await machine.exec(["rm", FILE]);
  await sync();
  await untilLines("unitlet claims", [
    "NAMESPACE  CLAIM      USED BY  DIRECTORY",
    `default    data-db-0  -        ${DATA}`,
  ]);
  expect(await output("unitlet get pvc -o name")).toBe("persistentvolumeclaim/data-db-0\n");
  expect(await machine.exec("unitlet delete pvc data-db-0", { allowFailure: true })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      "is in no file, and only its data are left to delete: unitlet claims delete default/data-db-0",
    ),
  });
  const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data-db-0" }, spec: CLAIM };
  await machine.write("/srv/claim.json", JSON.stringify(claim));
  expect(await machine.exec("unitlet delete -f /srv/claim.json", { allowFailure: true })).toMatchObject({
    code: 1,
    stdout: "",
    stderr: 'Error (NotFound): persistentvolumeclaims "data-db-0" not found\n',
  });
  await place(set("three"));
  await untilData("one", "two", "two", "three");
});

test("unitlet get pvc shows the directory, and delete says that the data stay", async () => {
  const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data-db-0" }, spec: CLAIM };
  await machine.write("/etc/unitlet/manifests/claim.yaml", JSON.stringify(claim));
  expect(await output("unitlet get pvc --no-headers")).toMatch(
    /^data-db-0 +Bound +\/var\/lib\/unitlet\/claims\/default\/data-db-0 +1Gi +RWO +<unset> +\d+s\n$/,
  );
  const { stdout, stderr } = await machine.exec("unitlet delete pvc data-db-0");
  expect([stdout, stderr]).toEqual([
    'persistentvolumeclaim "data-db-0" deleted from default namespace\n',
    `its data stay in ${DATA}: unitlet claims delete default/data-db-0 removes them\n`,
  ]);
});

test("a claim is deleted on purpose, and a pod gets an empty one then", async () => {
  await machine.exec(["rm", FILE]);
  await sync();
  const deleted = async () => {
    const { code, stderr } = await machine.exec("unitlet claims delete default/data-db-0", { allowFailure: true });
    return [code === 0, stderr] as const;
  };
  await machine.until(deleted, { what: "the claim to be deleted" });
  expect(await output("unitlet claims; ls -A /var/lib/unitlet/claims/default")).toBe("No claims.\n");
  await place(set("four"));
  await untilData("four");
});
