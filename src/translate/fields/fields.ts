import { CONTAINER_FIELDS, EPHEMERAL_FIELDS } from "./container-fields.ts";
import type { Row } from "./field-row.ts";
import { POD_FIELDS } from "./pod-fields.ts";
import { VOLUME_FIELDS } from "./volume-fields.ts";

/** Path without list indexes → what becomes of the field. */
export const FIELDS: Readonly<Record<string, Row>> = {
  ...prefixed("spec", POD_FIELDS),
  ...prefixed("spec.volumes[]", VOLUME_FIELDS),
  ...prefixed("spec.containers[]", CONTAINER_FIELDS),
  ...prefixed("spec.initContainers[]", CONTAINER_FIELDS),
  ...prefixed("spec.ephemeralContainers[]", { ...CONTAINER_FIELDS, ...EPHEMERAL_FIELDS }),
};

function prefixed(prefix: string, rows: Readonly<Record<string, Row>>): Record<string, Row> {
  return Object.fromEntries(Object.entries(rows).map(([path, row]) => [`${prefix}.${path}`, row]));
}
