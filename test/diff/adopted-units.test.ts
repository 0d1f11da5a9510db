import { describe, expect, test } from "vitest";
import { recoverMarks } from "../../src/diff/containers/recover-marks.ts";
import { diff } from "../../src/diff/diff.ts";
import type { Pod, PodPhase } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { Step } from "../../src/model/step.ts";
import type { ActualUnit, UnitName } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";
import { translateAll } from "../../src/translate/all.ts";
import { adopting, hostWith, NGINX } from "../translate/adopt/base.ts";
import { container, NOW, runnable } from "../translate/base.ts";
import { bare, DEAD, invocation, LIB_DIR, RUNNING, stepsOf, up, withoutPast } from "./base.ts";

const NAME = "nginx.service" as UnitName;
const WEB = adopting({ resources: { limits: { memory: "64Mi" } } });

/** The steps that are about the unit of the host, or about systemd as a whole. */
function steps(world: World): string[] {
  const all = diff(world, translateAll(world, LIB_DIR));
  const own = all.filter((step: Step) => !("unit" in step) || step.unit === NAME || step.kind === "apply-limits");
  const shown = ["write-unit", "remove-unit", "start", "stop", "restart", "kill", "link", "unlink", "reload"];
  return own
    .filter(({ kind }) => [...shown, "apply-limits", "record-exit"].includes(kind))
    .map((step) => ("unit" in step ? `${step.kind} ${step.unit}` : step.kind));
}

const fresh = { ...bare(WEB), ...hostWith() };

/** A host on which the pod has the unit, which runs. */
function adopted(of: Pod = WEB, change: Partial<ActualUnit> = {}): World {
  const world = up(of);
  const unit = runnable(of, hostWith()).containers[0]?.unit;
  if (unit === undefined) throw new Error("no unit");
  const actual = { ...unit, dropIns: [], state: RUNNING, invocation: invocation(1), ...change };
  return { ...world, ...hostWith(), units: new Map([...world.units, [NAME, actual]]) };
}

const GIVEN_BACK = ["remove-unit nginx.service", "reload", "apply-limits system.slice"];

describe("a pod that adopts a unit", () => {
  test("writes its drop-in and reloads systemd, and starts nothing that runs", () => {
    expect(steps(fresh)).toEqual(["write-unit nginx.service", "reload", "apply-limits system.slice"]);
  });

  test("starts one that does not run", () => {
    const stopped = { ...fresh, ...hostWith({ state: DEAD }) };
    expect(steps(stopped)).toContain("start nginx.service");
  });

  test("changes nothing that is as it should be", () => {
    expect(steps(adopted())).toEqual([]);
  });

  test("writes another limit without a restart", () => {
    const { items } = bare(adopting({ resources: { limits: { memory: "1Gi" } } })).pods;
    const world = adopted();
    const pods = {
      complete: true,
      items: items.map((pod) => ({ ...pod, status: world.pods.items[0]?.status }) as Pod),
    } as const;
    expect(steps({ ...world, pods })).toEqual(["write-unit nginx.service", "reload", "apply-limits system.slice"]);
  });

  test("puts an edited drop-in back without a restart", () => {
    const { text = "" } = adopted().units.get(NAME) ?? {};
    const edited = adopted(WEB, { text: `${text}Nice=5\n` });
    expect(steps(edited)).toEqual(["write-unit nginx.service", "reload", "apply-limits system.slice"]);
  });

  test("stops nothing, though another version of unitlet has written the drop-in", () => {
    const { identity } = adopted().units.get(NAME) ?? {};
    const other = adopted(WEB, { text: "old", ...(identity && { identity: { ...identity, specHash: "old" } }) });
    expect(steps(other)).toEqual(["write-unit nginx.service", "reload", "apply-limits system.slice"]);
  });

  test("lets it stop in its own time when an exit restarts all containers of the pod", () => {
    const world = adopted();
    const caused = new Map([...world.directories].map(([uid, each]) => [uid, { ...each, restartAll: "other" }]));
    expect(stepsOf({ ...world, directories: caused }).map(({ kind }) => kind)).toEqual(["stop"]);
  });

  test("has no mount of a volume that was made anew", () => {
    const token = { name: "token", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" };
    const world = adopted(adopting({ volumeMounts: [token] }));
    const made = new Map([...world.directories].map(([uid, each]) => [uid, { ...each, remount: ["token"] }]));
    expect(stepsOf({ ...world, directories: made }).find(({ kind }) => kind === "remount")).toMatchObject({
      containers: [],
    });
  });

  test("starts one again that was stopped", () => {
    expect(steps(adopted(WEB, { state: DEAD }))).toContain("start nginx.service");
  });

  test("has init containers that must run, though its own program runs already", () => {
    const of = { ...WEB, spec: { ...WEB.spec, initContainers: [container({ name: "first" })] } };
    const world = withoutPast(adopted(of), "first");
    expect(recoverMarks(runnable(of, hostWith()), world).steps).toEqual([]);
  });

  test("reloads systemd and sets its limits when a run was killed before it had", () => {
    expect(steps({ ...adopted(), unfinished: new Set() })).toEqual(["reload", "apply-limits system.slice"]);
  });
});

describe("the unit is given back, running,", () => {
  const phase = (as: PodPhase): Pod => ({ ...WEB, status: { phase: as } });
  const metadata = { ...WEB.metadata, deletionTimestamp: toTimestamp(NOW), deletionGracePeriodSeconds: 0 };
  const status = adopted().pods.items[0]?.status;
  const given = (...items: Pod[]): World => ({ ...adopted(), pods: { complete: true, items } });

  test.each<[string, World]>([
    ["when the pod is deleted", given({ ...WEB, metadata, ...(status && { status }) })],
    ["when the pod is gone", given()],
    ["when the pod has ended", given(phase("Failed"))],
    ["when the pod names another unit", given(adopting({ image: "unit://other.service" }))],
    ["when a package has made it a oneshot", { ...adopted(), ...hostWith({ type: "oneshot" }) }],
    ["when a package has made it an alias", { ...adopted(), ...hostWith({ id: "web.service" }) }],
  ])("%s", (_, world) => {
    expect(steps(world).filter((step) => !step.endsWith("other.service"))).toEqual(["record-exit", ...GIVEN_BACK]);
  });

  test("and its end is one of exit code 0", () => {
    const record = diff(given(), []).find(({ kind }) => kind === "record-exit");
    expect(record).toMatchObject({
      record: { invocation: invocation(1), result: "given-back", code: "exited", status: "0", finishedAt: NOW },
    });
  });

  test("and systemd forgets the drop-in, though the run that removed it was killed before the reload", () => {
    expect(steps({ ...bare(), unfinished: new Set() })).toEqual(["reload"]);
  });

  test("not when the list of pods is incomplete", () => {
    expect(steps({ ...given(), pods: { complete: false, items: [], because: "no answer" } })).toEqual([]);
  });
});

const foreign: ActualUnit = { name: NAME, text: "[Service]\nNice=5\n", dropIns: [], linked: false };

test("a drop-in of that name without an owner stays, and the Event names it", () => {
  const [step] = stepsOf({ ...fresh, units: new Map([[NAME, foreign]]) });
  expect(step?.event?.message).toBe(
    "The drop-in 50-unitlet.conf of unit nginx.service exists and is not unitlet's (it has no [X-Kubernetes] section): remove or rename it",
  );
});

test("a unit without an owner is no unit of a pod, whatever its drop-in is called", () => {
  expect(steps({ ...bare(), units: new Map([[NAME, foreign]]), hostUnits: new Map([[NAME, NGINX]]) })).toEqual([]);
});
