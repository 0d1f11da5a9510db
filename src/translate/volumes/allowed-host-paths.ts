import type { Pod } from "../../model/api/pod.ts";
import type { AllowedHostPath, NodePolicy } from "../../model/host/node-policy.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { withEntries } from "../setting-remedy.ts";
import { cleanPath } from "./clean-path.ts";

/**
 * Returns the entry of `hostPaths` that allows the path; undefined when none does. A prefix counts by whole names, as in
 * `allowedHostPaths` of PodSecurityPolicy: /srv allows /srv/data, and not /srvdata. A writable entry counts first.
 */
export function allowedHostPath(given: string, allowed: readonly AllowedHostPath[]): AllowedHostPath | undefined {
  const path = `${cleanPath(given)}/`;
  const matching = allowed.filter(({ prefix }) => path.startsWith(prefix === "/" ? "/" : `${prefix}/`));
  return matching.find(({ readOnly }) => !readOnly) ?? matching[0];
}

/** Returns a problem for each hostPath volume of the pod whose path the setting `hostPaths` does not allow. */
export function hostPathVolumeProblems({ spec }: Pod, allowed: NodePolicy["hostPaths"]): Problem[] {
  if (allowed === "any") return [];
  return (spec.volumes ?? []).flatMap(({ name, hostPath }): Problem[] => {
    if (hostPath === undefined || allowedHostPath(hostPath.path, allowed) !== undefined) return [];
    return [
      {
        severity: "reject",
        path: `spec.volumes[${name}].hostPath.path`,
        because: `is ${JSON.stringify(hostPath.path)}, which pods may not mount on this node`,
        remedy: `let the node's administrator ${withEntries("hostPaths", allowed.map(asText), [cleanPath(hostPath.path)])}`,
      },
    ];
  });
}

/** Returns a problem for each writable mount of a hostPath volume that the setting `hostPaths` allows for reading only. */
export function hostPathMountProblems(
  { pod: { spec }, container, path }: ResolvedContainer,
  allowed: NodePolicy["hostPaths"],
): Problem[] {
  if (allowed === "any") return [];
  return (container.volumeMounts ?? []).flatMap(({ name, readOnly }): Problem[] => {
    const given = spec.volumes?.find((volume) => volume.name === name)?.hostPath?.path;
    const entry = given === undefined ? undefined : allowedHostPath(given, allowed);
    if (given === undefined || readOnly || !entry?.readOnly) return [];
    const others = allowed.filter((each) => each !== entry).map(asText);
    return [
      {
        severity: "reject",
        path: `${path}.volumeMounts[${name}].readOnly`,
        because: `is not true, and pods may only read ${JSON.stringify(given)} on this node`,
        remedy: `set it to true, or let the node's administrator ${withEntries("hostPaths", others, [entry.prefix])}`,
      },
    ];
  });
}

const asText = ({ prefix, readOnly }: AllowedHostPath) => `${prefix}${readOnly ? ":ro" : ""}`;
