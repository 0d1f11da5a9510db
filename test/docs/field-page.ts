import { fieldTables } from "./field-tables.ts";
import { GENERATED_MARK } from "./markdown.ts";

const HEAD = `# Pod fields

This page lists every field of a Pod's \`spec\`. Paths are relative to \`spec\`.

| Label | Meaning |
|---|---|
| supported | The field has its effect on the node or in the control plane. |
| partly | Some values are supported, and the page lists them. Other values are rejected or ignored. |
| ignored | The pod runs. An Event of reason FieldIgnored names the missing effect. |
| **rejected** | The pod's phase is Failed. The message names the field, the reason and the remedy. The last resort is another node. |

A field that is not on this page is rejected.`;

/** Returns docs/pod-fields.md. */
export function podFieldsPage(): string {
  return [GENERATED_MARK, HEAD, fieldTables()].join("\n\n");
}
