import { expect, test } from "vitest";
import { mistakes } from "../workloads/base.ts";
import { cronDocument, parsedCronJob } from "../workloads/cron-base.ts";

test("a CronJob gets the defaults of the API server", () => {
  expect(parsedCronJob(cronDocument())).toEqual({
    kind: "CronJob",
    metadata: { namespace: "default", name: "tick", uid: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    schedule: "0 * * * *",
    suspend: false,
    concurrencyPolicy: "Allow",
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    jobTemplate: {
      ...{ kind: "Job", parallelism: 1, completions: 1, backoffLimit: 6, suspend: false },
      template: { labels: {}, hash: expect.any(String), spec: expect.objectContaining({ restartPolicy: "Never" }) },
    },
  });
});

test("its UID does not depend on its spec", () => {
  expect(parsedCronJob(cronDocument({ schedule: "1 * * * *" })).metadata).toEqual(
    parsedCronJob(cronDocument()).metadata,
  );
});

test.each([
  [cronDocument({ schedule: "61 * * * *" }), 'spec.schedule: has the minute "61": expected 0 to 59'],
  [cronDocument({ schedule: "CRON_TZ=UTC 0 * * * *" }), "spec.schedule: has a time zone: set spec.timeZone"],
  [cronDocument({ schedule: "TZ=UTC 0 * * * *" }), "spec.schedule: has a time zone: set spec.timeZone"],
  [cronDocument({ schedule: "0 0 * *" }), "spec.schedule: has 4 fields: expected 5"],
  [cronDocument({ schedule: "" }), "spec.schedule: must not be empty"],
  [
    cronDocument({ timeZone: "Mars/Olympus" }),
    'spec.timeZone: unknown time zone "Mars/Olympus": expected a name such as Europe/Berlin',
  ],
  [
    cronDocument({ timeZone: "Local" }),
    'spec.timeZone: unknown time zone "Local": expected a name such as Europe/Berlin',
  ],
  [
    cronDocument({ concurrencyPolicy: "Never" }),
    'spec.concurrencyPolicy: expected Allow, Forbid or Replace, found "Never"',
  ],
  [cronDocument({ startingDeadlineSeconds: -1 }), "spec.startingDeadlineSeconds: expected 0 or more, found -1"],
  [cronDocument({ failedJobsHistoryLimit: -1 }), "spec.failedJobsHistoryLimit: expected 0 or more, found -1"],
  [cronDocument({ jobTemplate: {} }), "spec.jobTemplate.spec: is missing"],
  [cronDocument({}, { selector: {} }), "spec.jobTemplate.spec.selector: each Job gets one of its own: remove it"],
  [
    cronDocument({}, {}, { restartPolicy: "Always" }),
    "spec.jobTemplate.spec.template.spec.restartPolicy: expected OnFailure or Never, found Always",
  ],
  [
    { ...cronDocument(), metadata: { name: "a".repeat(53) } },
    "metadata.name: expected at most 52 characters, found 53: its Jobs have longer names",
  ],
  [
    { ...cronDocument({}, { completionMode: "Indexed", completions: 11 }), metadata: { name: "a".repeat(52) } },
    `metadata.name: a pod would have the name ${"a".repeat(52)}-00000000-10, which is no host name of at most 63 characters: write a shorter name without dots`,
  ],
  [{ ...cronDocument(), apiVersion: "batch/v1beta1" }, 'apiVersion: expected "batch/v1"'],
  [{ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "tick" } }, "spec: is missing"],
])("refused, with the field: %#", (written, expected) => {
  expect(mistakes(written)).toBe(expected);
});

test.each([{}, { completionMode: "Indexed", completions: 10 }])(
  "a name of 52 characters is accepted with %j",
  (job) => {
    expect(mistakes({ ...cronDocument({}, job), metadata: { name: "a".repeat(52) } })).toBe("");
  },
);
