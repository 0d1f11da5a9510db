/** A schema of the OpenAPI document that the API server publishes, as far as pods use it. */
export interface PublishedSchema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, PublishedSchema>>;
  readonly items?: PublishedSchema;
  readonly additionalProperties?: PublishedSchema;
  readonly allOf?: readonly PublishedSchema[];
  readonly $ref?: string;
}

/** Types that are no object with fields, by the end of their name. */
const SCALARS: Readonly<Record<string, string>> = {
  Time: "string",
  MicroTime: "string",
  Quantity: "quantity",
  IntOrString: "intOrString",
  FieldsV1: "any",
};

/** The status is what a node or a controller says, so it is not checked. */
const SKIPPED = [
  "PodStatus",
  "PersistentVolumeClaimStatus",
  "DeploymentStatus",
  "StatefulSetStatus",
  "DaemonSetStatus",
  "JobStatus",
  "ServiceStatus",
  "CronJobStatus",
];

/** The documents of the API server, below /openapi/v3/, with the kinds that a directory may have of each. */
export const PUBLISHED_KINDS = {
  "api/v1": ["core.v1.Pod", "core.v1.ConfigMap", "core.v1.Secret", "core.v1.Service"],
  "apis/apps/v1": ["apps.v1.Deployment", "apps.v1.StatefulSet", "apps.v1.DaemonSet"],
  "apis/batch/v1": ["batch.v1.Job", "batch.v1.CronJob"],
} as const;

const HEADER = `// Written by \`npm test -- test/control-plane/api-types.test.ts -u\`. Do not edit.

/**
 * The types of what manifests may have, as the API server publishes them at /openapi/v3. type-table.ts describes the format.
 */
export const API_TYPES = \`
`;

/** Returns the text of src/config/api-types.ts. */
export function apiTypes(schemas: Readonly<Record<string, PublishedSchema>>): string {
  const lines = new Map<string, string>();
  const queue = Object.values(PUBLISHED_KINDS).flatMap((kinds) => kinds.map((kind) => `io.k8s.api.${kind}`));
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const schema = schemas[name];
    const short = shortName(name);
    if (schema?.properties === undefined || lines.has(short)) continue;
    lines.set(short, lineOf(short, schema));
    queue.push(...Object.values(schema.properties).flatMap(referencesOf));
  }
  const sorted = [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  return `${HEADER}${sorted.join("\n")}\n\`;\n`;
}

function lineOf(name: string, { properties = {}, required = [] }: PublishedSchema): string {
  const fields = Object.entries(properties).map(
    ([field, type]) => `${field}${required.includes(field) ? "!" : ""}:${typeOf(type)}`,
  );
  return [name, ...fields].join(" ");
}

function typeOf(schema: PublishedSchema): string {
  const [reference] = refsOf(schema);
  if (reference !== undefined) return SKIPPED.includes(shortName(reference)) ? "any" : scalarOrName(reference);
  if (schema.type === "array") return `[]${typeOf(schema.items ?? {})}`;
  if (schema.additionalProperties !== undefined) return `{}${typeOf(schema.additionalProperties)}`;
  if (schema.enum !== undefined) return `enum(${schema.enum.join("|")})`;
  return schema.type === "integer" ? (schema.format ?? "int64") : (schema.type ?? "any");
}

function scalarOrName(reference: string): string {
  const name = shortName(reference);
  return SCALARS[name] ?? name;
}

function referencesOf(schema: PublishedSchema): readonly string[] {
  const nested = [schema.items, schema.additionalProperties].filter((each) => each !== undefined);
  return [...refsOf(schema), ...nested.flatMap(referencesOf)].filter((name) => !SKIPPED.includes(shortName(name)));
}

function refsOf({ $ref, allOf = [] }: PublishedSchema): readonly string[] {
  return [...($ref === undefined ? [] : [$ref.slice("#/components/schemas/".length)]), ...allOf.flatMap(refsOf)];
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
