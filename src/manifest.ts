import * as z from "zod";
import type { Pod } from "./model/pod.ts";
import { digest } from "./unitfile/hash.ts";

/** A document that is no usable Pod; the message names the field and what was expected. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional();

const ContainerManifest = z.looseObject({
  name: z.string(),
  image: z.string().default("host"),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string({ error: "expected a string: put quotes around it" }).optional(),
      }),
    )
    .optional(),
  ports: z
    .array(z.looseObject({ containerPort: z.int().min(1).max(65535), protocol: z.string().default("TCP") }))
    .optional(),
  resources: z.looseObject({ requests: quantities, limits: quantities }).optional(),
});

/** The checks and defaults that the API server would have made. Fields not named here pass through to the table of supported fields. */
const PodManifest = z.looseObject({
  apiVersion: z.literal("v1", { error: 'expected "v1"' }),
  kind: z.literal("Pod", { error: 'expected "Pod"; other kinds need a cluster' }),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().default("default"),
    uid: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.looseObject({
    restartPolicy: z
      .enum(["Always", "OnFailure", "Never"], { error: "expected Always, OnFailure or Never" })
      .default("Always"),
    terminationGracePeriodSeconds: z.int().min(0).default(30),
    // There is no cluster whose network a pod could be on.
    hostNetwork: z.boolean().default(true),
    containers: z.array(ContainerManifest).min(1, { error: "expected at least one container" }),
    initContainers: z.array(ContainerManifest).optional(),
  }),
});

/**
 * A Pod document as the API server would store it. The UID comes from the content, so that a changed manifest is another
 * pod, which replaces the first; it has the shape of a UUID, as everything else expects.
 */
export function parseManifest(document: unknown, nodeName: string): Pod {
  const parsed = PodManifest.safeParse(document);
  if (!parsed.success)
    throw new ManifestError(
      parsed.error.issues.map((issue) => `${issue.path.join(".") || "document"}: ${issue.message}`).join("; "),
    );
  const { metadata, spec } = parsed.data;
  const hash = digest(
    JSON.stringify([nodeName, metadata.namespace, metadata.name, metadata.annotations ?? {}, spec]),
    32,
  );
  const uid = metadata.uid ?? hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { metadata: { ...metadata, uid }, spec: { ...spec, nodeName } } as unknown as Pod;
}
