import { expect, test } from "vitest";
import { formatChanges, objectsOfFiles, withObjects } from "../../src/cli/plan-files.ts";
import type { Pod } from "../../src/model/api/pod.ts";
import { dependency } from "../../src/model/references.ts";
import type { ListResult, PodSource } from "../../src/ports.ts";
import { CONFIG, pod } from "../translate/base.ts";
import { document, parsed } from "../workloads/base.ts";

const named = (name: string, uid: string, more: Partial<Pod> = {}): Pod => ({ ...pod({}, { name, uid }), ...more });

function sourceOf(result: ListResult): PodSource {
  const never = async () => {
    throw new Error("a plan changes nothing");
  };
  return {
    hasObjects: true,
    list: async () => result,
    node: async () => undefined,
    fetch: async (due) => new Map(due.map(({ key }) => [key, { ok: true, value: "own", at: 0 }])),
    publish: never,
    recordEvent: never,
    deletePodObject: never,
  };
}

const listOf = (pods: readonly Pod[]): ListResult => ({
  ok: true,
  digest: "",
  origin: { files: [] },
  parse: () => ({ pods, missing: "a file" }),
  accept: () => undefined,
});

async function uidsWith(own: readonly Pod[], added: readonly Pod[]): Promise<readonly string[]> {
  const result = await withObjects(sourceOf(listOf(own)), {
    pods: added,
    workloads: [],
    cronJobs: [],
    services: [],
    objects: {},
  }).list();
  return result.ok ? result.parse().pods.map(({ metadata }) => metadata.uid) : [];
}

test("a pod of a file is added, or takes the place of the one of its name", async () => {
  expect(await uidsWith([named("a", "1")], [named("b", "2")])).toEqual(["1", "2"]);
  expect(await uidsWith([named("a", "1"), named("b", "2")], [named("a", "3")])).toEqual(["2", "3"]);
});

test("an unchanged pod keeps its status, and the list what it lacks", async () => {
  const known = named("a", "1", { status: { phase: "Succeeded" } });
  const result = await withObjects(sourceOf(listOf([known])), {
    pods: [named("a", "1")],
    workloads: [],
    cronJobs: [],
    services: [],
    objects: {},
  }).list();
  expect(result.ok && result.parse()).toEqual({ pods: [known], missing: "a file" });
});

test("a file whose pod has the same UID gives its spec and labels", async () => {
  const known = named("a", "1", { status: { phase: "Running" } });
  const changed = { ...known, metadata: { ...known.metadata, labels: { tier: "web" } }, spec: { containers: [] } };
  const { status: _, ...file } = changed;
  const result = await withObjects(sourceOf(listOf([known])), {
    pods: [file],
    workloads: [],
    cronJobs: [],
    services: [],
    objects: {},
  }).list();
  expect(result.ok && result.parse().pods).toEqual([changed]);
});

test("an object of a file takes the place of the one of its name", async () => {
  const objects = { "configmap/default/a": "new" };
  const due = ["a", "b"].map((name) => dependency({ kind: "configmap", namespace: "default", name }));
  const fetched = await withObjects(sourceOf(listOf([])), {
    pods: [],
    workloads: [],
    cronJobs: [],
    services: [],
    objects,
  }).fetch(due);
  expect([...fetched].map(([key, result]) => [key, result.ok && result.value])).toEqual([
    ["configmap/default/a", "new"],
    ["configmap/default/b", "own"],
  ]);
});

test("a list that cannot be read stays so", async () => {
  const failed = { ok: false, because: "no directory" } as const;
  expect(
    await withObjects(sourceOf(failed), {
      pods: [named("a", "1")],
      workloads: [],
      cronJobs: [],
      services: [],
      objects: {},
    }).list(),
  ).toEqual(failed);
});

test("a joined node has no directory of manifests", async () => {
  const cluster = { server: "https://192.0.2.1", insecureSkipTLSVerify: false };
  await expect(objectsOfFiles(["web.yaml"], { ...CONFIG, cluster })).rejects.toMatchObject({
    name: "CliError",
    message: expect.stringContaining("use kubectl diff"),
  });
});

test("a file that cannot be read is named", async () => {
  await expect(objectsOfFiles(["/nonexistent/web.yaml"], CONFIG)).rejects.toMatchObject({
    message: "/nonexistent/web.yaml: cannot be read: ENOENT: no such file or directory",
  });
});

test("changes are grouped by pod, and counted", () => {
  expect(formatChanges([])).toBe("Nothing to do.\n");
  const [one, two] = [{ pod: "shop/web" }, { pod: "shop/db" }];
  const text = formatChanges([
    { ...one, change: "+", subject: "a.slice", because: "it is new" },
    { ...two, change: "-", subject: "d.service", effect: "stops", because: "the pod is gone" },
    { ...one, change: "~", subject: "b.service", effect: "restarts", because: "the pod changed" },
    { ...one, change: "!", subject: "container c", because: "it waits:\nlong\u001b[2J" },
  ]);
  expect(text).toBe(`shop/web:
  + a.slice: it is new
  ~ b.service restarts: the pod changed
  ! container c: it waits: long\\u001b[2J
shop/db:
  - d.service stops: the pod is gone

Units: 1 to add, 1 to change, 1 to remove. Containers: 1 to restart, 1 to stop.
`);
});

test("the claims of a StatefulSet of a file are there", async () => {
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const set = parsed(document("StatefulSet", { volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }] }));
  const names = ["data-web-0", "data-other-0"];
  const due = names.map((name) => dependency({ kind: "persistentvolumeclaim", namespace: "default", name }));
  const given = { pods: [], workloads: [set], cronJobs: [], services: [], objects: {} };
  const fetched = await withObjects(sourceOf(listOf([])), given).fetch(due);
  expect([...fetched.values()].map((result) => result.ok && result.value)).toEqual([
    {
      metadata: { name: "data-web-0" },
      directory: { path: "/var/lib/unitlet/claims/default/data-web-0", lacks: "Its size is not limited to 1Gi" },
    },
    "own",
  ]);
});
