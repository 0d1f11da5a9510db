import { globSync, readFileSync } from "node:fs";
import { loadYaml } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import * as z from "zod";

const required = { validations: z.strictObject({ required: z.boolean() }).optional() };

/** An issue form, https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema. */
const IssueForm = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(z.string()),
  body: z.array(
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("markdown"), attributes: z.strictObject({ value: z.string() }) }),
      z.strictObject({
        type: z.literal("textarea"),
        id: z.string(),
        attributes: z.strictObject({
          label: z.string(),
          description: z.string().optional(),
          render: z.string().optional(),
        }),
        ...required,
      }),
    ]),
  ),
});

const Workflow = z.looseObject({
  permissions: z.strictObject({ contents: z.literal("read") }),
  jobs: z.record(z.string(), z.looseObject({ "runs-on": z.string(), steps: z.array(z.looseObject({})) })),
});

const read = (path: string) => loadYaml(readFileSync(path, "utf8"));
const forms = globSync(".github/ISSUE_TEMPLATE/*.yml").filter((path) => !path.endsWith("config.yml"));

test.for(forms)("%s is an issue form", (path) => {
  expect(IssueForm.safeParse(read(path)).error?.message).toBeUndefined();
});

test("a bug report has the output of doctor, the journal and the versions", () => {
  const { body } = IssueForm.parse(read(".github/ISSUE_TEMPLATE/bug.yml"));
  const fields = body.flatMap((field) => (field.type === "textarea" ? [field.attributes.description] : []));
  for (const command of ["unitlet doctor", "journalctl -u unitlet-sync", "unitlet version"])
    expect(fields.some((description) => description?.includes(command))).toBe(true);
});

test("the workflow runs what CI runs anywhere, and may only read", () => {
  const { jobs } = Workflow.parse(read(".github/workflows/ci.yml"));
  const steps = Object.values(jobs).flatMap((job) => job.steps.map(({ run }) => run));
  expect(steps.filter((step) => typeof step === "string")).toEqual([expect.stringMatching(/ \.ci\/run$/)]);
});
