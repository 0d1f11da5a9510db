import type { DirectoryService } from "../model/api/service.ts";
import { checkType } from "./check-types.ts";
import { dnsLabel } from "./formats.ts";
import type { Issue } from "./issue.ts";
import type { Tree } from "./object-rules.ts";
import type { TypeTable } from "./type-table.ts";

/** Returns a Service, and what is wrong with the document. Without an issue the Service is valid. */
export function parseService(
  types: TypeTable,
  written: unknown,
): { readonly issues: readonly Issue[]; readonly service: DirectoryService } {
  const { value, issues } = checkType(types, "Service", written);
  const { metadata, spec } = value as { readonly metadata?: Tree; readonly spec?: Tree };
  const { name, namespace = "default" } = metadata ?? {};
  // Names of Services become lines of /etc/hosts (`validation.go: ValidateServiceCreate`).
  const wrong = typeof name === "string" && issues.length === 0 ? dnsLabel(name as never) : undefined;
  return {
    issues: wrong === undefined ? issues : [{ path: ["metadata", "name"], message: wrong }],
    service: { metadata: { name, namespace }, spec: spec ?? {} } as DirectoryService,
  };
}
