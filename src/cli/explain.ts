import { EX_USAGE } from "../model/exit-status.ts";
import { explainField, explainGroups } from "./explain/explain-field.ts";
import { CliError } from "./failure.ts";

const EXPLAIN_USAGE = `usage: unitlet explain [FIELD]

Shows what a field of a pod becomes on a node of unitlet: whether it is supported, what happens, the directives of systemd,
and the fields inside it. FIELD is a path as kubectl explain takes it. Without FIELD it lists the fields in groups.

examples:
  unitlet explain spec.containers.livenessProbe
  unitlet explain pod.spec.containers.resources
  unitlet explain unitlet.dev/ulimits

exit status 0: done; 1: there is no such field; 64: wrong usage
`;

/** `unitlet explain`: shows what a field of a pod becomes here. It reads no file. Throws CliError. */
export async function explain(args: readonly string[]): Promise<string> {
  const [field, ...rest] = args;
  if (field === "--help") return EXPLAIN_USAGE;
  if (rest.length > 0 || field?.startsWith("-")) throw new CliError(EXPLAIN_USAGE, EX_USAGE);
  if (field === undefined) return explainGroups();
  const explanation = explainField(field);
  if (!explanation.ok) throw new CliError(`unitlet explain: ${explanation.message}`);
  return explanation.text;
}
