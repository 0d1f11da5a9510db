import { describe, expect, test } from "vitest";
import { diff } from "../../src/diff/diff.ts";
import type { Pod, PodSpec } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { World } from "../../src/model/world.ts";
import { reportPods, runEvents } from "../../src/report/pod-reports.ts";
import { validUntil } from "../../src/run/valid-until.ts";
import { translateAll } from "../../src/translate/all.ts";
import { needsOf, referenceNeeds } from "../../src/translate/needs.ts";
import { bare, LIB_DIR, up } from "../diff/base.ts";
import { container, NOW, pod } from "../translate/base.ts";

/** systemd ends a run after 20 s. This computer may be ten times slower than a node. */
const MAX_MS = 10_000;
const INT64 = 2 ** 63 - 1;

const many = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));

/** Does all pure stages of a run. */
function stages(world: World) {
  const { items } = world.pods;
  referenceNeeds(items, world.references);
  needsOf(items, world.references, world.config);
  const translations = translateAll(world, LIB_DIR);
  const steps = diff(world, translations);
  reportPods(translations, world, NOW);
  runEvents({ done: steps, failed: [] }, translations, world);
  validUntil(world);
  return { translations, steps };
}

function expectQuick(world: World) {
  const begun = performance.now();
  const done = stages(world);
  expect(performance.now() - begun).toBeLessThan(MAX_MS);
  return done;
}

const of = (spec: object): Pod => pod(spec as Partial<PodSpec>);

describe("a run has time for the largest pod that the API takes:", () => {
  test.for<[string, Pod]>([
    ["3,000 containers", of({ containers: many(3000, (at) => container({ name: `c${at}` })) })],
    ["3,000 init containers", of({ initContainers: many(3000, (at) => container({ name: `c${at}` })) })],
    [
      "3,000 sidecars",
      of({ initContainers: many(3000, (at) => container({ name: `c${at}`, restartPolicy: "Always" })) }),
    ],
    [
      "5,000 volumes and mounts",
      of({
        volumes: many(5000, (at) => ({ name: `v${at}`, emptyDir: {} })),
        containers: [container({ volumeMounts: many(5000, (at) => ({ name: `v${at}`, mountPath: `/run/m${at}` })) })],
      }),
    ],
    [
      "20,000 mounts of one volume",
      of({
        volumes: [{ name: "v", emptyDir: {} }],
        containers: [container({ volumeMounts: many(20_000, (at) => ({ name: "v", mountPath: `/run/m${at}` })) })],
      }),
    ],
    [
      "20,000 variables, each made of the one before",
      of({ containers: [container({ env: many(20_000, (at) => ({ name: `V${at}`, value: `$(V${at - 1})x` })) })] }),
    ],
    [
      "40 variables, each twice the one before",
      of({
        containers: [container({ env: many(40, (at) => ({ name: `V${at}`, value: `$(V${at - 1})$(V${at - 1})x` })) })],
      }),
    ],
    ["a variable of 1 MB", of({ containers: [container({ env: [{ name: "V", value: "x".repeat(1_000_000) }] })] })],
    ["a command of 1 MB", of({ containers: [container({ command: ["x".repeat(1_000_000)] })] })],
    ["100,000 arguments", of({ containers: [container({ args: many(100_000, String) })] })],
    [
      "20,000 times the same port",
      of({ containers: [container({ ports: many(20_000, () => ({ containerPort: 80 })) })] }),
    ],
    ["20,000 tolerations", of({ tolerations: many(20_000, (at) => ({ key: `k${at}`, operator: "Exists" })) })],
    ["20,000 hostAliases", of({ hostAliases: many(20_000, (at) => ({ ip: "192.0.2.1", hostnames: [`h${at}`] })) })],
    ["20,000 groups", of({ securityContext: { supplementalGroups: many(20_000, (at) => at + 1) } })],
    [
      "20,000 restart rules",
      of({
        containers: [
          container({
            restartPolicy: "Never",
            restartPolicyRules: many(20_000, () => ({
              action: "Restart",
              exitCodes: { operator: "In", values: [300] },
            })),
          }),
        ],
      }),
    ],
    [
      "an annotation of 1 MB",
      { ...of({}), metadata: { ...of({}).metadata, annotations: { a: "x".repeat(1_000_000) } } },
    ],
    [
      "20,000 annotations of unitlet that are wrong",
      {
        ...of({}),
        metadata: {
          ...of({}).metadata,
          annotations: Object.fromEntries(many(20_000, (at) => [`unitlet.dev/x${at}`, "x"])),
        },
      },
    ],
    [
      "20,000 labels",
      { ...of({}), metadata: { ...of({}).metadata, labels: Object.fromEntries(many(20_000, (at) => [`l${at}`, ""])) } },
    ],
  ])("%s", { timeout: 60_000 }, ([, large]) => {
    const good = { ...pod(), metadata: { ...pod().metadata, name: "good", uid: "u-good" } };
    const { translations } = expectQuick(bare(good, large));
    expect(translations[0]?.kind).toBe("runnable");
  });

  test("3,000 ephemeral containers, of which those that are too many are left out", () => {
    const running = up(of({}));
    const [item] = running.pods.items as readonly [Pod];
    const ephemeralContainers = many(3000, (at) => container({ name: `e${at}` }));
    const grown = { ...item, spec: { ...item.spec, ephemeralContainers } };
    const { translations } = expectQuick({ ...running, pods: { complete: true, items: [grown] } });
    expect(translations[0]?.kind === "runnable" && translations[0].containers.length).toBe(250);
  }, 60_000);
});

describe("a run has time for 10,000 pods, which anyone may bind to the node by hand", () => {
  const crowd = (status: Pod["status"]) =>
    many(10_000, (at) => ({
      ...pod(),
      metadata: { ...pod().metadata, uid: `u-${at}`, name: `pod-${at}` },
      ...(status && { status }),
    }));

  test("that arrive at once", { timeout: 60_000 }, () => {
    const { translations } = expectQuick(bare(...crowd(undefined)));
    expect(translations.filter(({ kind }) => kind === "runnable")).toHaveLength(110);
  });

  test("that have failed, and that nothing has removed from the API", { timeout: 60_000 }, () => {
    const status = { phase: "Failed", reason: "OutOfpods", startTime: "2026-01-01T00:00:00Z" } as const;
    expect(expectQuick(bare(...crowd(status))).steps).toEqual([]);
  });
});

test("a pod of more than 250 containers is refused when it arrives, in words", () => {
  const [translation] = stages(bare(of({ containers: many(251, (at) => container({ name: `c${at}` })) }))).translations;
  expect(translation).toMatchObject({
    reason: "UnsupportedField",
    message: "spec is a pod of 251 containers, and a pod of this node has 250 at most: divide it into several pods",
  });
});

describe("the largest numbers of the API", () => {
  const units = (spec: object) => {
    const [translation] = stages(bare(of(spec))).translations;
    return translation?.kind === "runnable" ? translation.containers.map(({ unit }) => unit?.text ?? "").join("") : "";
  };

  test.for<[string, object, string]>([
    ["a grace period", { terminationGracePeriodSeconds: INT64 }, "TimeoutStopSec=2147483647\n"],
    [
      "a grace period of a probe",
      { containers: [container({ livenessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: INT64 } })] },
      "TimeoutStopSec=2147483652\n",
    ],
  ])("%s is one that systemd reads", ([, spec, line]) => {
    expect(units(spec)).toContain(line);
  });

  test("of a delete make times that exist", () => {
    const running = up(of({ terminationGracePeriodSeconds: 1 }));
    const [item] = running.pods.items as readonly [Pod];
    const metadata = { ...item.metadata, deletionTimestamp: toTimestamp(NOW), deletionGracePeriodSeconds: INT64 };
    const { steps } = stages({ ...running, pods: { complete: true, items: [{ ...item, metadata }] } });
    for (const step of steps) if (step.kind === "schedule-run") expect(toTimestamp(step.at)).toMatch(/^\d{4}-/);
  });

  test.each(["activeDeadlineSeconds", "priority"])("%s stops no run", (field) => {
    expect(() => stages(bare(of({ [field]: 2 ** 31 - 1 })))).not.toThrow();
  });
});
