import * as z from "zod";
import { declaredContainers } from "../model/api/containers.ts";
import type { Pod } from "../model/api/pod.ts";
import { parseQuantity } from "../model/api/quantity.ts";
import { digest } from "../unitfile/hash.ts";
import { namesProblem } from "../unitfile/names.ts";
import { EnvFromManifest, EnvVarManifest, VolumeManifest, VolumeMountManifest } from "./manifest-volumes.ts";

/** Thrown for a document that is no valid Pod. The message names the field and the expected value. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

const quantity = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => (parseQuantity(text) ?? -1) >= 0, { error: "expected a quantity such as 500m or 1Gi" });
const quantities = z.record(z.string(), quantity).optional();
const port = z.int().min(1).max(65535);
const user = z.int().min(0).optional();
const security = z.looseObject({ runAsUser: user, runAsGroup: user, runAsNonRoot: z.boolean().optional() }).optional();

const ContainerManifest = z.looseObject({
  name: z.string(),
  image: z.string().default("host"),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  env: z.array(EnvVarManifest).optional(),
  envFrom: z.array(EnvFromManifest).optional(),
  ports: z
    .array(
      z.looseObject({
        name: z.string().optional(),
        containerPort: port,
        hostPort: port.optional(),
        hostIP: z.string().optional(),
        protocol: z.string().default("TCP"),
      }),
    )
    .optional(),
  resources: z.looseObject({ requests: quantities, limits: quantities }).optional(),
  securityContext: security,
  volumeMounts: z.array(VolumeMountManifest).optional(),
});

/**
 * The schema of a manifest, with checks and defaults of the API server. Other fields pass through to the table of
 * supported fields.
 */
const PodManifest = z.looseObject({
  apiVersion: z.literal("v1", { error: 'expected "v1"' }),
  kind: z.literal("Pod", { error: 'expected "Pod"; other kinds need a cluster' }),
  // The other fields of metadata, for example in the output of `kubectl get -o yaml`, describe another pod.
  metadata: z.object({
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
    // A standalone node has no network but that of the host.
    hostNetwork: z.boolean().default(true),
    serviceAccountName: z.string().optional(),
    enableServiceLinks: z.boolean().optional(),
    securityContext: security,
    containers: z.array(ContainerManifest).min(1, { error: "expected at least one container" }),
    initContainers: z.array(ContainerManifest).optional(),
    volumes: z.array(VolumeManifest).optional(),
    readinessGates: z.array(z.looseObject({ conditionType: z.string() })).optional(),
  }),
});

/**
 * Returns a Pod document as the API server would store it. Throws ManifestError. The UID is a digest of the document in
 * the form of a UUID, so a changed manifest is another pod and replaces the first. The defaults are not a part of the
 * digest, so a newer version with other defaults replaces no pod.
 */
export function parseManifest(document: unknown, nodeName: string): Pod {
  const written = canonical(document);
  const parsed = PodManifest.safeParse(written);
  if (!parsed.success) throw new ManifestError(parsed.error.issues.map(explain).join("; "));
  const { metadata, spec } = parsed.data;
  const { spec: writtenSpec } = written as { spec: unknown };
  const content = [nodeName, metadata.namespace, metadata.name, metadata.annotations ?? {}, writtenSpec];
  const hash = digest(JSON.stringify(content), 32);
  const uid = metadata.uid ?? hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const pod = { metadata: { ...metadata, uid }, spec: { ...spec, nodeName } } as unknown as Pod;
  const problem = wrongNames(pod);
  if (problem !== undefined) throw new ManifestError(problem);
  return pod;
}

/** Returns the value without nulls and with sorted keys, because neither changes the meaning of a document. */
function canonical(value: unknown, depth = 0): unknown {
  // An alias in YAML can make an object that contains itself.
  if (depth > 100) throw new ManifestError("document: is nested too deeply");
  if (Array.isArray(value)) return value.map((item) => canonical(item, depth + 1));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item, depth + 1)]),
  );
}

function explain({ path, message }: z.core.$ZodIssue): string {
  const field = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return `${field.slice(1) || "document"}: ${message}`;
}

function wrongNames({ metadata, spec }: Pod): string | undefined {
  const containers = declaredContainers(spec);
  const names = namesProblem(
    metadata,
    containers.map(({ name }) => name),
  );
  if (names !== undefined) return names;
  const volumes = (spec.volumes ?? []).map(({ name }) => name);
  const twice = volumes.find((name, at) => volumes.indexOf(name) !== at);
  if (twice !== undefined) return `spec.volumes: "${twice}" is there twice`;
  const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
  const lost = mounts.find(({ name }) => !volumes.includes(name));
  return lost === undefined ? undefined : `spec.volumes: there is no "${lost.name}", which a container mounts`;
}
