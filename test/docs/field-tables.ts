import type { Pod } from "../../src/model/api/pod.ts";
import { type Exception, NOT_YET, OTHER_NODE, type Row } from "../../src/translate/fields/field-row.ts";
import { FIELDS } from "../../src/translate/fields/fields.ts";
import { table, tableRows } from "./markdown.ts";

/** Title, and which paths below spec it takes; the first that fits has the field. */
const GROUPS: readonly (readonly [title: string, fits: RegExp, heading?: string])[] = [
  [
    "Program",
    /^containers\[\]\.(name|image|imagePullPolicy|command|args|workingDir|env)/,
    "Containers and init containers",
  ],
  ["Ports", /^containers\[\]\.ports/],
  ["Resources", /^containers\[\]\.res(ources|izePolicy)/],
  ["Files", /^containers\[\]\.volume/],
  ["User and privileges", /^containers\[\]\.securityContext/],
  ["Restarts, probes, hooks", /^containers\[\]\.(restart|.*Probe$|lifecycle|termination)/],
  ["The rest of a container", /^containers\[\]/],
  ["Of init containers only", /^initContainers\[\]/],
  ["Life of the pod", /^(restartPolicy|terminationGrace|activeDeadline|readinessGates|ephemeralContainers)/, "The pod"],
  ["Network and names", /^(host(Network|Aliases|name)|dns|subdomain|setHostname|enableServiceLinks)/],
  ["Namespaces", /^(host(PID|IPC|Users)|shareProcess)/],
  ["User and privileges", /^securityContext/],
  ["Volumes and identity", /^(volumes|serviceAccount|automount|imagePullSecrets|resourceClaims)/],
  ["The rest of a pod", /^/],
];

/** The tables of all fields. What happens with a supported field is written by hand and kept from `present`. */
export function fieldTables(present: string): string {
  const words = new Map(tableRows(present).map(([name = "", , what = ""]) => [name, what]));
  const byGroup = Map.groupBy(mergedFields(), ([path]) => GROUPS.find(([, fits]) => fits.test(path)));
  return GROUPS.flatMap((group) => {
    const [title, , heading] = group;
    const rows = (byGroup.get(group) ?? []).map(([path, row]) => fieldRow(path, row, words.get(`\`${path}\``) ?? ""));
    const body = rows.length === 0 ? [] : [`**${title}**\n\n${table(["field", "", "what happens"], rows)}`];
    return heading === undefined ? body : [`### ${heading}`, ...body];
  }).join("\n\n");
}

/** Paths below spec. What holds for containers of all kinds is one row. */
function mergedFields(): (readonly [path: string, row: Exclude<Row, "descend">])[] {
  return Object.entries(FIELDS).flatMap(([path, row]) => {
    const field = path.replace(/^spec\./, "");
    const twin = FIELDS[path.replace(/^spec\.(init|ephemeral)Containers\[\]/, "spec.containers[]")];
    return row === "descend" || (/^spec\.(init|ephemeral)Containers\[\]/.test(path) && twin === row)
      ? []
      : [[field, row] as const];
  });
}

const VERDICTS = {
  supported: "supported",
  "control-plane": "supported",
  ignore: "ignored, Event",
  reject: "**rejected**",
};

function fieldRow(path: string, row: Exclude<Row, "descend">, present: string): string[] {
  if (row === "control-plane") return [`\`${path}\``, VERDICTS[row], present || "the control plane's business"];
  if (row === "supported") return [`\`${path}\``, VERDICTS[row], present];
  return [`\`${path}\``, VERDICTS[row.severity], whatHappens(row)];
}

const NO_POD = { spec: { containers: [] } } as unknown as Pod;

function whatHappens({ because, remedy, unless }: Exception): string {
  const harmless = HARMLESS.filter(([, value]) => unless?.(value, NO_POD)).map(([words]) => words);
  const reason = because === NOT_YET ? "not supported yet" : because.replace(/^is ignored: /, "");
  const told = (remedy === OTHER_NODE ? reason : `${reason}; ${remedy}`).replaceAll("|", "\\|");
  return harmless.length === 0
    ? told
    : `${harmless.join(", ")} ${harmless.length > 1 ? "are" : "is"} fine; else: ${told}`;
}

const token = { sources: [{ serviceAccountToken: { path: "token" } }] };

/** Values that some row lets pass, and how to call them. */
const HARMLESS: readonly (readonly [words: string, value: unknown])[] = [
  ...[false, true].map((value) => [`\`${value}\``, value] as const),
  ...["None", "Disabled", "IfPossible", "Default", "ClusterFirst", "ClusterFirstWithHostNet", "Merge"].map(named),
  ...["/dev/termination-log", "File"].map(named),
  ...["Unconfined", "RuntimeDefault", "Localhost"].map((type) => [`\`type: ${type}\``, { type }] as const),
  ["`name: linux`", { name: "linux" }],
  [
    "`projected` from a service account token, ConfigMaps and the pod's own name, namespace and UID",
    { projected: token },
  ],
];

function named(value: string): readonly [string, string] {
  return [`\`${value}\``, value];
}
