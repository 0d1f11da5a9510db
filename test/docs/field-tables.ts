import type { Pod } from "../../src/model/api/pod.ts";
import { type Exception, NOT_YET, OTHER_NODE, type Row } from "../../src/translate/fields/field-row.ts";
import { FIELDS } from "../../src/translate/fields/fields.ts";
import { CONFIG } from "../translate/base.ts";
import { CONTAINER_EFFECTS } from "./container-effects.ts";
import { table } from "./markdown.ts";
import { POD_EFFECTS } from "./pod-effects.ts";

/** Title, and the paths below spec that belong to it; the first group that fits has the field. */
const GROUPS: readonly (readonly [title: string, fits: RegExp, heading?: string])[] = [
  [
    "Program",
    /^containers\[\]\.(name|image|imagePullPolicy|command|args|workingDir|env)/,
    "Containers and init containers",
  ],
  ["Ports", /^containers\[\]\.ports/],
  ["Container resources", /^containers\[\]\.res(ources|izePolicy)/],
  ["Volume mounts", /^containers\[\]\.volume/],
  ["Container user and privileges", /^containers\[\]\.securityContext/],
  ["Restarts, probes, hooks", /^containers\[\]\.(restart|.*Probe$|lifecycle|termination)/],
  ["Input and terminal", /^containers\[\]/],
  ["Only init containers", /^initContainers\[\]/],
  ["Life of the pod", /^(restartPolicy|terminationGrace|activeDeadline|readinessGates|ephemeralContainers)/, "The pod"],
  ["Network and names", /^(host(Network|Aliases|name)|dns|subdomain|setHostname|enableServiceLinks)/],
  ["Namespaces", /^(host(PID|IPC|Users)|shareProcess)/],
  ["Pod user and privileges", /^securityContext/],
  ["Volumes and identity", /^(volumes|serviceAccount|automount|imagePullSecrets|resourceClaims)/],
  ["Scheduling and other fields", /^/],
];

type Field = readonly [path: string, row: Exclude<Row, "descend">];

/** Returns the tables of all fields of a pod's spec, in groups. */
export function fieldTables(): string {
  const byGroup = Map.groupBy(mergedFields(), ([path]) => GROUPS.find(([, fits]) => fits.test(path)));
  return GROUPS.flatMap((group) => {
    const [title, , heading] = group;
    const rows = (byGroup.get(group) ?? []).map(([path, row]) => [`\`${path}\``, label(row), whatHappens(path, row)]);
    const body = rows.length === 0 ? [] : [`### ${title}\n\n${table(["Field", "Label", "What happens"], rows)}`];
    return heading === undefined ? body : [`## ${heading}`, ...body];
  }).join("\n\n");
}

/** Fields with a row that nothing here describes: supported ones without an effect, and exceptions without a value. */
export function undescribedFields(): string[] {
  const silent = ([path, row]: Field) => {
    if (row === "supported") return effect(path) === undefined;
    return typeof row === "object" && row.unless !== undefined && acceptedValues(row).length === 0;
  };
  return mergedFields()
    .filter(silent)
    .map(([path]) => path);
}

/** Effects of fields that have no row, or are not supported. */
export function staleEffects(): string[] {
  const isSupported = (path: string) => FIELDS[path] === "supported";
  return [
    ...Object.keys(POD_EFFECTS).filter((path) => !isSupported(`spec.${path}`)),
    ...Object.keys(CONTAINER_EFFECTS).filter(
      (path) => !["containers[]", "ephemeralContainers[]"].some((list) => isSupported(`spec.${list}.${path}`)),
    ),
  ];
}

/** Paths below spec. A field that is the same in all kinds of containers is one row. */
function mergedFields(): Field[] {
  return Object.entries(FIELDS).flatMap(([path, row]) => {
    const field = path.replace(/^spec\./, "");
    const twin = FIELDS[path.replace(/^spec\.(init|ephemeral)Containers\[\]/, "spec.containers[]")];
    const isTwin = /^spec\.(init|ephemeral)Containers\[\]/.test(path) && twin === row;
    return row === "descend" || isTwin ? [] : [[field, row] as const];
  });
}

/** "partly": the values that a row exempts are accepted. */
function label(row: Field[1]): string {
  if (typeof row === "string") return "supported";
  if (row.unless !== undefined) return "partly";
  return row.severity === "ignore" ? "ignored" : "**rejected**";
}

function whatHappens(path: string, row: Field[1]): string {
  if (row === "control-plane") return "The control plane acts on it.";
  return row === "supported" ? (effect(path) ?? "") : exception(row);
}

function effect(path: string): string | undefined {
  return POD_EFFECTS[path] ?? CONTAINER_EFFECTS[path.replace(/^\w*[cC]ontainers\[\]\./, "")];
}

/** Values that are accepted, then the message that the owner of a pod with another value reads. */
function exception(row: Exception): string {
  const { because, remedy, unless } = row;
  const accepted = unless === undefined ? "" : `Accepted: ${acceptedValues(row).join(", ")}. Otherwise: `;
  const cause = because === NOT_YET ? "not supported yet" : `“${because}”`;
  const advice = remedy === OTHER_NODE ? "" : ` Remedy: ${remedy}.`;
  return capitalised(`${accepted}${cause}.${advice}`).replaceAll("|", "\\|");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const NO_POD = { spec: { containers: [] } } as unknown as Pod;

function acceptedValues({ unless }: Exception): string[] {
  return VALUES.filter(([, value]) => unless?.(value, NO_POD, CONFIG)).map(([words]) => words);
}

/** Values that some row exempts, and how the page writes them. */
const VALUES: readonly (readonly [words: string, value: unknown])[] = [
  ...[false, true].map((value) => [`\`${value}\``, value] as const),
  ...["None", "HostToContainer", "Default", "Restart", "Memory"].map((value) => [`\`${value}\``, value] as const),
  ...["Unconfined", "RuntimeDefault", "Localhost"].map((type) => [`\`type: ${type}\``, { type }] as const),
  ["`name: linux`", { name: "linux" }],
];
