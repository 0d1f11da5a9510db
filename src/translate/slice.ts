import type { Pod, QosClass } from "../model/api/pod.ts";
import type { DesiredUnit } from "../model/unit.ts";
import { digest } from "../unitfile/hash.ts";
import { encodeOwnUnit } from "../unitfile/identity.ts";
import { podSliceName } from "../unitfile/names.ts";
import { podResourceLines } from "./resources/resources.ts";

/** The pod's cgroup: stopping it stops all of the pod, whatever state its units are in. */
export function translateSlice(pod: Pod, qos: QosClass): DesiredUnit {
  const { namespace, name, uid } = pod.metadata;
  const lines = podResourceLines(pod);
  const identity = {
    namespace,
    pod: name,
    podUID: uid,
    container: "",
    kind: "slice",
    specHash: digest(JSON.stringify(lines), 16),
  } as const;
  const text = encodeOwnUnit(identity, [
    ["Unit", [["Description", `Pod ${namespace}/${name}`]]],
    ["Slice", [["CPUAccounting", "yes"], ["MemoryAccounting", "yes"], ["TasksAccounting", "yes"], ...lines]],
  ]);
  return { name: podSliceName(uid, qos), identity, text, linked: false };
}
