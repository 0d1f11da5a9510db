import { restartPolicy } from "../../model/api/restart.ts";
import { type Problem, problemSentence } from "../../model/problem.ts";
import type { DesiredContainer } from "../../model/translation.ts";
import type { DesiredUnit, HostUnit, UnitLines, UnitSections } from "../../model/unit.ts";
import { encodeOwnUnit, unitOwner } from "../../unitfile/identity.ts";
import { probeTimer, sliceCgroup } from "../../unitfile/names.ts";
import { execLine } from "../../unitfile/quote.ts";
import type { TranslateContext } from "../context.ts";
import { probePeriods, probesFiles } from "../lifecycle/probes.ts";
import { exitWords, restartLines } from "../lifecycle/restart-lines.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import type { Amounts } from "../resources/resources.ts";
import { amountsOf, cpuShares, cpuWeight, quotaMillicores } from "../resources/resources.ts";
import { containerProblems } from "./problems.ts";

type AdoptionContext = Pick<TranslateContext, "host" | "libDir" | "hostUnits" | "taken">;

const ROOT_SLICE = "-.slice";

/** A unit of which nothing is known, as where a manifest is rendered without a host. */
const ORDINARY: Pick<HostUnit, "slice"> = { slice: "system.slice" };

/** Returns the container that is a unit of the host; or why it waits. `rejecting` are the problems of the whole pod. */
export function adoptedContainer(
  resolved: ResolvedContainer,
  context: AdoptionContext,
  rejecting: readonly Problem[],
): { readonly container: DesiredContainer; readonly files: ReturnType<typeof probesFiles> } {
  const { container, kind, unitName, path } = resolved;
  const base = { name: container.name, kind, unitName, namesHost: true, adopts: container.image ?? "" };
  // The image of an admitted pod can change to a unit that another of its containers has.
  const problem = containerProblems(resolved)[0] ?? rejecting.find((each) => each.path === `${path}.image`);
  const known = context.hostUnits?.get(unitName);
  const because = problem === undefined ? unitProblem(unitName, known, context) : undefined;
  const message = problem ? problemSentence(problem) : because && `${path}.image names ${because}`;
  if (message !== undefined)
    return { container: { ...base, waiting: { reason: "CreateContainerConfigError", message } }, files: [] };
  return { container: { ...base, unit: dropIn(resolved, known ?? ORDINARY, context) }, files: probesFiles(resolved) };
}

/** Returns why the host's unit cannot be adopted now, as a phrase that begins with its name. */
function unitProblem(name: string, known: HostUnit | undefined, { hostUnits, taken }: AdoptionContext) {
  const rival = taken?.get(name);
  if (rival !== undefined) return `${rival}: delete one of the pods`;
  if (hostUnits === undefined) return undefined;
  const { load = "not-found" } = known?.state ?? {};
  if (known === undefined || load === "not-found")
    return `${name}, which this host does not have: install the package or the unit file`;
  if (load === "masked") return `${name}, which is masked: systemctl unmask ${name}`;
  if (load !== "loaded")
    return `${name}, which systemd cannot load (${load}): on the node, systemctl status ${name} says why`;
  if (known.id !== name) return `${name}, which is another name of ${known.id}: name that one`;
  if (known.type === "oneshot") return `${name}, which has Type=oneshot and so no process to run on`;
  return undefined;
}

/**
 * Returns the drop-in that makes the unit a container. It has nothing that needs a restart of the unit: how it is
 * restarted, what records its end, and the limits that the pod gives.
 */
function dropIn(
  resolved: ResolvedContainer,
  { slice }: Pick<HostUnit, "slice">,
  { host, libDir }: AdoptionContext,
): DesiredUnit {
  const { pod, container, kind, unitName, specHash } = resolved;
  const { uid } = pod.metadata;
  const amounts = amountsOf(container);
  const policy = restartPolicy(pod, container, kind);
  const identity = unitOwner(pod.metadata, {
    ...{ container: container.name, kind, specHash, cgroup: cgroupOf(unitName, slice) },
  });
  // The name of the program has a slash, so that container-exit does not look for it.
  const exit = [unitName, uid, container.name, kind, policy, specHash, `./${unitName}`, ...exitWords(container)];
  const lines: UnitLines = [
    ["ExecStopPost", execLine([`${libDir}/container-exit`, ...exit], "-+")],
    ...restartLines(pod, container, kind),
    ...limitLines(amounts, host),
  ];
  const timers: UnitLines = probePeriods(container).map((period) => ["Wants", probeTimer(period)] as const);
  const needs: UnitSections = timers.length === 0 ? [] : [["Unit", timers]];
  const text = encodeOwnUnit(identity, [...needs, ["Service", lines]]);
  return { name: unitName, identity, text, linked: false, limits: limits(amounts, host) };
}

/** Returns the path of the unit's cgroup below the root of the tree, which is the root slice. */
function cgroupOf(unitName: string, slice: string): string {
  return slice === ROOT_SLICE ? unitName : `${sliceCgroup(slice)}/${unitName}`;
}

/** A unit keeps its own limits where the pod gives none. */
function limitLines(
  { cpuRequest, cpuLimit, memoryLimit }: Amounts,
  { hasCPUShares }: AdoptionContext["host"],
): UnitLines {
  const share = hasCPUShares
    ? ["CPUShares", String(cpuShares(cpuRequest))]
    : ["CPUWeight", String(cpuWeight(cpuRequest))];
  return [
    ...(cpuRequest > 0 ? [share as [string, string]] : []),
    ...(cpuLimit > 0 ? [["CPUQuota", `${quotaMillicores(cpuLimit) / 10}%`] as const] : []),
    ...(memoryLimit > 0 ? [["MemoryMax", String(memoryLimit)] as const] : []),
  ];
}

function limits({ cpuRequest, cpuLimit, memoryLimit }: Amounts, { hasCPUShares }: AdoptionContext["host"]) {
  return {
    ...(cpuRequest > 0 && (hasCPUShares ? { shares: cpuShares(cpuRequest) } : { weight: cpuWeight(cpuRequest) })),
    ...(cpuLimit > 0 && { cpu: quotaMillicores(cpuLimit) / 1000 }),
    ...(memoryLimit > 0 && { memory: memoryLimit }),
  };
}
