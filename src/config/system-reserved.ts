import { parseQuantity } from "../model/api/quantity.ts";
import type { SystemReserved } from "../model/host/config.ts";
import { SettingError } from "./setting-error.ts";

/** Each resource with its field, the power of ten of its unit (3: thousandths), and an example. */
const RESOURCES = {
  cpu: { field: "cpu", scale: 3, example: "500m" },
  memory: { field: "memory", scale: 0, example: "512Mi" },
  "ephemeral-storage": { field: "ephemeralStorage", scale: 0, example: "1Gi" },
  pid: { field: "pids", scale: 0, example: "1000" },
} as const;

/**
 * Returns the resources of a text in the form of the kubelet's flag --system-reserved
 * (`cmd/kubelet/app/server.go: parseResourceList`, v1.36). Throws SettingError.
 */
export function parseSystemReserved(text: string): SystemReserved {
  const reserved = { cpu: 0, memory: 0, ephemeralStorage: 0, pids: 0 };
  const named = new Set<string>();
  for (const statement of text.split(",").map((each) => each.trim())) {
    if (statement === "") continue;
    const [resource = "", value, ...rest] = statement.split("=").map((part) => part.trim());
    if (value === undefined || rest.length > 0)
      throw new SettingError(`"${statement}": expected RESOURCE=QUANTITY, such as cpu=500m`);
    if (!isResource(resource)) throw new SettingError(unknownResource(resource));
    if (named.has(resource)) throw new SettingError(`${resource} is there twice`);
    named.add(resource);
    const { field, scale, example } = RESOURCES[resource];
    const quantity = parseQuantity(value, scale);
    if (quantity === undefined || quantity < 0)
      throw new SettingError(`${resource}: expected a quantity such as ${example}`);
    reserved[field] = Math.round(quantity);
  }
  return reserved;
}

function isResource(text: string): text is keyof typeof RESOURCES {
  return Object.hasOwn(RESOURCES, text);
}

function unknownResource(resource: string): string {
  return `unknown resource "${resource}"; expected one of ${Object.keys(RESOURCES).join(", ")}`;
}
