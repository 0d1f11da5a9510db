import type { Pod, QosClass } from "../model/pod.ts";
import type { DesiredUnit } from "../model/unit.ts";
import { encodeUnit } from "../unitfile/codec.ts";
import { digest } from "../unitfile/hash.ts";
import { IDENTITY_SECTION, identityLines } from "../unitfile/identity.ts";
import { podSliceName } from "../unitfile/names.ts";
import { podResourceLines } from "./resources.ts";
import { TRANSLATION } from "./version.ts";

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
    translation: TRANSLATION,
  } as const;
  const text = encodeUnit([
    [IDENTITY_SECTION, identityLines(identity)],
    ["Unit", [["Description", `Pod ${namespace}/${name}`]]],
    ["Slice", [["CPUAccounting", "yes"], ["MemoryAccounting", "yes"], ["TasksAccounting", "yes"], ...lines]],
  ]);
  return { name: podSliceName(uid, qos), identity, text, linked: false };
}
