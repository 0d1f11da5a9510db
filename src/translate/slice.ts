import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Pod, QosClass } from "../model/api/pod.ts";
import type { Config } from "../model/host/config.ts";
import type { DesiredUnit, UnitLines } from "../model/unit.ts";
import { digest } from "../unitfile/hash.ts";
import { encodeOwnUnit, unitOwner } from "../unitfile/identity.ts";
import { podSliceName } from "../unitfile/names.ts";
import { limitsOf } from "./resources/limits.ts";
import { memoryReservation, type ReservationContext } from "./resources/memory-reservation.ts";
import { podRequests } from "./resources/requests.ts";
import { podAmounts, podResourceLines } from "./resources/resources.ts";
import { podSwapLimit, type SwapContext } from "./resources/swap.ts";

/**
 * Without these lines metrics would be missing: systemd turns on only the controllers that some unit asks for. The weight
 * of a slice turns on that of the CPU. CPUAccounting= would be a warning at each reload since systemd 258, which has removed it.
 */
const ACCOUNTING: UnitLines = ["Memory", "Tasks", "IO"].map((of) => [`${of}Accounting`, "yes"]);

type SliceContext = SwapContext & ReservationContext & { readonly config: Pick<Config, "podPidsLimit"> };

/** Returns the pod's slice: stopping it stops every unit of the pod in any state. */
export function translateSlice(pod: Pod, qos: QosClass, { host, config }: SliceContext): DesiredUnit {
  const reservation = memoryReservation(pod, podRequests(pod).memory, { host, config });
  const bounds = { swap: podSwapLimit(pod, { host, config }), ...reservation };
  const lines = podResourceLines(pod, host, bounds);
  const specHash = digest(JSON.stringify(lines), 16);
  const identity = unitOwner(pod.metadata, { container: "", kind: "slice", specHash });
  const tasks = config.podPidsLimit > 0 ? [["TasksMax", String(config.podPidsLimit)] as const] : [];
  const text = encodeOwnUnit(identity, [
    ["Unit", [["Description", `Pod ${namespacedName(pod.metadata)}`]]],
    ["Slice", [...ACCOUNTING, ...lines, ...tasks]],
  ]);
  const limits = limitsOf(podAmounts(pod), host, bounds);
  return { name: podSliceName(pod.metadata.uid, qos), identity, text, linked: false, limits };
}
