import { expect, test } from "vitest";
import { pullSteps } from "../../src/diff/pulls.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { Step, StepKind } from "../../src/model/step.ts";
import { describeStep } from "../../src/report/describe-step.ts";
import { HOST, NOW, pod, UID } from "../translate/base.ts";
import { bare, DEAD, ended, incomplete, stepsOf, unitName, up, withPods, withUnit } from "./base.ts";
import {
  AGAIN,
  ALL_AGAIN,
  APP,
  changed,
  collected,
  DETACHED,
  DISK,
  DISK_PATH,
  DOWN,
  deleted,
  EDITED,
  FORGOTTEN,
  GONE,
  HELD,
  IDLE_MOUNT,
  images,
  inPhase,
  journals,
  MOUNT,
  NAMES,
  otherContent,
  pull,
  rejected,
  replaced,
  SERVED,
  SIGNALLED,
  SLICE,
  SLICE_LIMITS,
  unreported,
  vanished,
  WAITING,
  WEB,
  withDirectory,
} from "./word-worlds.ts";

/** Each kind of step, with what describeStep says of one besides the reason, and the reasons that there are. */
const WORDS: Readonly<
  Record<StepKind, readonly (readonly [fields: object, because: string, steps: readonly Step[]])[]>
> = {
  "write-mark": [[{ container: "app", mark: "started" }, "the mark of container app was lost", stepsOf(FORGOTTEN)]],
  remount: [[{ units: APP }, "directories of the pod were removed on the host and made again", stepsOf(DETACHED)]],
  "record-exit": [
    [{ container: "app" }, "container app ended and left no record", stepsOf(withUnit(up(WEB), APP, GONE))],
  ],
  release: [[{ container: "app" }, "its back-off is over", stepsOf(HELD)]],
  "emit-event": [
    [
      { uid: UID },
      `Unit ${APP} exists and is not unitlet's (it has no [X-Kubernetes] section): remove or rename it`,
      stepsOf(withUnit(bare(WEB), APP, { text: "[Service]" })),
    ],
  ],
  "write-grace-period": [
    [{ seconds: "5" }, "the delete has a grace period of its own", stepsOf(withPods(up(WEB), deleted(5)))],
  ],
  "reset-containers": [
    [{ containers: "app" }, "an exit of container app restarts all containers of the pod", stepsOf(ALL_AGAIN)],
  ],
  "mark-stopping": [[{ uid: UID }, "the pod is deleted", stepsOf(withPods(up(WEB), deleted(30)))]],
  "kill-left": [[{ unit: SLICE }, "the pod is gone", stepsOf(vanished(ended(up(WEB))))]],
  kill: [[{ unit: APP }, "its grace period is over", stepsOf(withPods(up(WEB), deleted(0)))]],
  unlink: [
    [{ unit: APP }, "the pod is deleted", stepsOf(withPods(up(WEB), deleted(30)))],
    [
      { unit: APP },
      "it does not start with the host",
      stepsOf(withUnit(up(pod({ restartPolicy: "Never" })), APP, { linked: true })),
    ],
  ],
  stop: [
    [{ unit: SLICE }, "the pod is deleted", stepsOf(withPods(up(WEB), deleted(30)))],
    [{ unit: SLICE }, "the pod is gone", stepsOf(vanished(up(WEB)))],
    [{ unit: SLICE }, "the pod has ended", stepsOf(withPods(up(WEB), inPhase("Failed")))],
    [{ unit: SLICE }, "the pod was rejected", stepsOf(withPods(up(WEB), rejected))],
    [{ unit: SLICE }, "another pod has its name", stepsOf(replaced(up(WEB)))],
    [{ unit: APP }, "container app changed in the pod", stepsOf(changed(up(WEB)))],
    [{ unit: unitName("side") }, "the containers that it serves have ended", stepsOf(SERVED)],
  ],
  "stop-and-wait": [
    [{ unit: MOUNT.name }, "the pod no longer needs it", stepsOf(withUnit(up(WEB), MOUNT.name, MOUNT))],
    [{ unit: MOUNT.name }, "the pod is gone", stepsOf(vanished(withUnit(ended(up(WEB)), MOUNT.name, MOUNT)))],
  ],
  "schedule-run": [
    [
      { at: toTimestamp(NOW + 5000) },
      "the delete has a shorter grace period than the units",
      stepsOf(withPods(up(WEB), deleted(5))),
    ],
    [{ at: toTimestamp(NOW) }, "the pod can be stopped now", stepsOf(withPods(up(WEB), deleted(90)))],
    [
      { at: toTimestamp(NOW + 9000) },
      "the pod has an activeDeadlineSeconds",
      stepsOf(bare(pod({ activeDeadlineSeconds: 9 }))),
    ],
  ],
  "set-limits": [[{ unit: "unitlet.slice" }, "the pods or the settings of the node changed", SLICE_LIMITS]],
  "apply-limits": [
    [
      { unit: SLICE },
      `the kernel has other limits for ${APP}`,
      stepsOf(withUnit(up(WEB), APP, { limits: { memory: 4096 } })),
    ],
  ],
  "reset-failed": [
    [
      { unit: APP },
      "the pod is gone",
      stepsOf(vanished(withUnit(ended(up(WEB)), APP, { state: { ...DEAD, active: "failed" } }))),
    ],
  ],
  "remove-unit": [
    [{ unit: APP }, "the pod is gone", stepsOf(vanished(ended(up(WEB))))],
    [{ unit: MOUNT.name }, "the pod no longer needs it", stepsOf(withUnit(up(WEB), MOUNT.name, IDLE_MOUNT))],
  ],
  "remove-pod": [[{ uid: UID }, "the pod is gone", stepsOf(vanished(ended(up(WEB))))]],
  unseal: [
    [
      { uid: UID },
      "the host was rebooted",
      stepsOf(incomplete(withDirectory(withUnit(up(WEB), APP, DOWN), { sealed: true, files: new Map() }))),
    ],
  ],
  "remove-image": [[{ image: "app:1" }, "the disk is too full", collected("sha256:1")]],
  "remove-package": [[{ package: "nginx" }, "the disk is too full", collected("deb://nginx:amd64=1")]],
  "write-journal-settings": [
    [{ namespace: "shop" }, "the journal of the namespace has no limit", journals(bare(WEB), {})],
    [{ namespace: "shop" }, "its limit has changed", journals(bare(WEB), { shop: { settings: "" } })],
  ],
  "remove-journal": [
    [
      { namespace: "gone" },
      "the node has had no pod of the namespace for a week",
      journals({ ...bare(), pods: { complete: true, items: [] } }, { gone: {} }),
    ],
    [
      { namespace: "gone" },
      "the disk is too full",
      journals(
        { ...bare(), pods: { complete: true, items: [] }, host: { ...HOST, diskTotal: 100, diskAvailable: 1 } },
        { gone: {} },
      ),
    ],
  ],
  "cancel-pull": [
    [{ unit: "unitlet-image@k.service" }, "no pod needs it", pullSteps(images({ pulling: new Set(["k"]) }), [])],
  ],
  pull: [[{ image: pull.name }, "pod shop/web waits for it", pullSteps(images({}), [WAITING])]],
  "write-file": [[{ file: "app.env" }, "app.env differs from what the pod asks for", stepsOf(bare(WEB))]],
  "write-volume": [[{ volume: "names" }, "volume names has other content", stepsOf(bare(NAMES))]],
  "prepare-volumes": [[{ paths: DISK_PATH }, `${DISK_PATH} is not prepared`, stepsOf(bare(DISK))]],
  signal: [[{ unit: APP, signal: "HUP" }, "volume names has other content", stepsOf(otherContent(SIGNALLED))]],
  "write-unit": [
    [{ unit: APP }, "it is new", stepsOf(bare(WEB))],
    [{ unit: APP }, "the pod changed", stepsOf(changed(withUnit(up(WEB), APP, DOWN)))],
    [{ unit: APP }, "it was edited on the host; put back", stepsOf(withUnit(up(WEB), APP, { text: EDITED }))],
    [{ unit: APP }, "the delete has a longer grace period than the unit", stepsOf(withPods(up(WEB), deleted(90)))],
  ],
  link: [[{ unit: APP }, "it starts with the host", stepsOf(bare(WEB))]],
  reload: [
    [{}, `${APP} was rewritten`, stepsOf(withUnit(up(WEB), APP, { text: EDITED }))],
    [{}, `${APP} is still loaded`, stepsOf(vanished(withUnit(ended(up(WEB)), APP, { state: DEAD })))],
    [{}, "a unit has a longer grace period now", stepsOf(withPods(up(WEB), deleted(90)))],
    [
      {},
      `${APP} was not loaded from its file`,
      stepsOf(incomplete(withUnit(AGAIN, APP, { ...DOWN, state: { ...DEAD, load: "masked" } }))),
    ],
  ],
  restart: [[{ unit: APP }, "it was edited on the host; put back", stepsOf(withUnit(up(WEB), APP, { text: EDITED }))]],
  start: [
    [{ unit: APP }, "the pod should run", stepsOf(bare(WEB))],
    [{ unit: APP }, "it ended and should run again", stepsOf(withPods(withUnit(AGAIN, APP, DOWN), unreported))],
    [{ unit: APP }, "it was stopped on the host", stepsOf(withUnit(AGAIN, APP, DOWN))],
    [
      { unit: APP },
      "it should run, and the list of pods cannot be read",
      stepsOf(incomplete(withUnit(up(WEB), APP, DOWN))),
    ],
  ],
  "delete-pod-object": [[{ pod: "shop/web" }, "nothing of the pod is left", stepsOf(bare(deleted(30, "Failed")(WEB)))]],
};

const rows = Object.entries(WORDS).flatMap(([kind, cases]) =>
  cases.map(([fields, because, steps]) => ({ kind, fields, because, steps })),
);

test.for(rows)("$kind: $because", ({ kind, fields, because, steps }) => {
  const described = steps.filter((step) => step.kind === kind).map(describeStep);
  expect(described).toContainEqual({ message: kind, fields: { ...fields, because } });
});
