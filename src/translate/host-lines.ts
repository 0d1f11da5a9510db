import type { Container, Pod } from "../model/api/pod.ts";
import type { Confinement, Mount } from "../model/confinement.ts";
import { environmentFile, LAUNCH_FILE, podRunDir } from "../model/paths.ts";
import type { UnitLines } from "../model/unit.ts";
import { quotePath } from "../unitfile/quote.ts";
import { annotationServiceLines } from "./annotations/lines.ts";
import type { LaunchLines } from "./launch.ts";
import { inputMounts } from "./lifecycle/standard-input.ts";
import { sandboxOrder } from "./oci/sandbox.ts";
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
): Pick<LaunchLines, "unit" | "overrides" | "files"> {
  const { pod, container, network } = resolved;
  return {
    unit: [
      ...(network.isHost ? [] : sandboxOrder(pod)),
      ["ConditionPathExists", launchFilePath(pod, container)],
      ...conditions,
      ...nameFileConditions(pod, confinement),
    ],
    overrides: annotationServiceLines(resolved),
    files: [...networkLines(resolved), ...confinementLines(confinement)],
  };
}

/** Returns the lines that put a program on the host's files, and its helpers, into the network of its pod. */
function networkLines({ network: { namespacePath } }: ResolvedContainer): UnitLines {
  return namespacePath === undefined ? [] : [["NetworkNamespacePath", quotePath(namespacePath)]];
}

/** Returns the mounts of what the container's start needs: the launch file, and the pipes for standard input. */
export function launchMounts(pod: Pod, container: Container): readonly Mount[] {
  const file = { source: launchFilePath(pod, container), target: LAUNCH_FILE, readOnly: true } as const;
  return [{ type: "bind", ...file, recursiveReadOnly: true, propagation: "private" }, ...inputMounts(pod, container)];
}

function launchFilePath({ metadata }: Pod, { name }: Container): string {
  return `${podRunDir(metadata.uid)}/${environmentFile(name)}`;
}
