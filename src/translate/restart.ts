import type { RestartPolicy } from "../model/pod.ts";
import type { ContainerKind } from "../model/unit.ts";

type Lines = readonly (readonly [string, string])[];

const RESTART = {
  container: {
    Always: [["Restart", "always"]],
    OnFailure: [
      ["Restart", "always"],
      ["RestartPreventExitStatus", "0"],
    ],
    Never: [["Restart", "no"]],
  },
  // A oneshot cannot have Restart=always.
  init: { Always: [["Restart", "on-failure"]], OnFailure: [["Restart", "on-failure"]], Never: [["Restart", "no"]] },
  ephemeral: { Always: [["Restart", "no"]], OnFailure: [["Restart", "no"]], Never: [["Restart", "no"]] },
} as const satisfies Record<ContainerKind, Record<RestartPolicy, Lines>>;

export function restartLines(kind: ContainerKind, policy: RestartPolicy): Lines {
  return RESTART[kind][policy];
}
