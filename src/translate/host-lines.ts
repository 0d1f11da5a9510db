import type { Confinement, Mount } from "../model/confinement.ts";
import { environmentFile, LAUNCH_FILE, podRunDir } from "../model/paths.ts";
import type { UnitLines } from "../model/unit.ts";
import { annotationServiceLines } from "./annotations/lines.ts";
import type { TranslateContext } from "./context.ts";
import type { LaunchLines } from "./launch.ts";
import { inputMounts } from "./lifecycle/standard-input.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { nameFileConditions } from "./security/confinement.ts";
import { confinementLines } from "./security/unit-confinement.ts";

interface HostUnit {
  readonly confinement: Confinement;
  /** Conditions for the container's mounts. */
  readonly conditions: UnitLines;
}

/** Returns the lines that units of all containers on the host's files have, whatever program they run. */
export function hostLines(
  resolved: ResolvedContainer,
  { confinement, conditions }: HostUnit,
  { host }: Pick<TranslateContext, "host">,
): Pick<LaunchLines, "unit" | "overrides" | "files"> {
  const { pod, container } = resolved;
  const file = `${podRunDir(pod.metadata.uid)}/${environmentFile(container.name)}`;
  const variables: Mount = {
    type: "bind",
    source: file,
    target: LAUNCH_FILE,
    readOnly: true,
    recursiveReadOnly: true,
    propagation: "private",
  };
  const mounts = [variables, ...inputMounts(pod, container), ...confinement.mounts];
  return {
    unit: [["ConditionPathExists", file], ...conditions, ...nameFileConditions(pod, confinement)],
    overrides: annotationServiceLines(resolved),
    files: confinementLines({ ...confinement, mounts }, host.confinementProbe),
  };
}
