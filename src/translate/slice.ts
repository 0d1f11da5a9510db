import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Pod, QosClass } from "../model/api/pod.ts";
import type { DesiredUnit } from "../model/unit.ts";
import { digest } from "../unitfile/hash.ts";
import { encodeOwnUnit, unitOwner } from "../unitfile/identity.ts";
import { podSliceName } from "../unitfile/names.ts";
import { type CgroupHost, podResourceLines } from "./resources/resources.ts";

/** Returns the pod's slice: stopping it stops every unit of the pod in any state. */
export function translateSlice(pod: Pod, qos: QosClass, host: CgroupHost): DesiredUnit {
  const lines = podResourceLines(pod, host);
  const specHash = digest(JSON.stringify(lines), 16);
  const identity = unitOwner(pod.metadata, { container: "", kind: "slice", specHash });
  const text = encodeOwnUnit(identity, [
    ["Unit", [["Description", `Pod ${namespacedName(pod.metadata)}`]]],
    ["Slice", [["CPUAccounting", "yes"], ["MemoryAccounting", "yes"], ["TasksAccounting", "yes"], ...lines]],
  ]);
  return { name: podSliceName(pod.metadata.uid, qos), identity, text, linked: false };
}
