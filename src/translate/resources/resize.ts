import { statusesOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Allocatable } from "../../model/host/allocatable.ts";
import type { PendingResize } from "../../model/translation.ts";
import { shortfall } from "./fit.ts";
import { podRequests } from "./requests.ts";

/**
 * Returns the pod with the resources that this node can give it now (`allocation/allocation_manager.go: canAdmitPod`,
 * v1.36). A pod that does not fit keeps its present ones, and `pending` says why.
 */
export function admitResize(
  pod: Pod,
  running: readonly Pod[],
  room: Allocatable,
): { readonly pod: Pod; readonly pending?: PendingResize } {
  const held = asAllocated(pod);
  if (held === pod || !growsBeyond(held, pod)) return { pod };
  const others = running.filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
  const short = shortfall(pod, others, room);
  if (short === undefined) return { pod };
  const alone = shortfall(pod, [], room);
  const message = alone?.message.replace(" resource: ", " capacity: ").replace(/, used: \d+/, "");
  return {
    pod: held,
    pending: alone ? { reason: "Infeasible", message: message ?? "" } : { reason: "Deferred", message: short.message },
  };
}

function growsBeyond(held: Pod, wanted: Pod): boolean {
  const [before, after] = [podRequests(held), podRequests(wanted)];
  return after.cpu > before.cpu || after.memory > before.memory;
}

/** Returns the pod with the resources that its containers have; the same object when nothing differs. */
function asAllocated(pod: Pod): Pod {
  const statuses = statusesOf(pod.status);
  let changed = false;
  const held = (container: Container): Container => {
    const given = statuses.find(({ name }) => name === container.name)?.resources;
    if (given === undefined || JSON.stringify(given) === JSON.stringify(container.resources)) return container;
    changed = true;
    return { ...container, resources: given };
  };
  const { containers, initContainers } = pod.spec;
  const spec = {
    ...pod.spec,
    containers: containers.map(held),
    ...(initContainers ? { initContainers: initContainers.map(held) } : {}),
  };
  return changed ? { ...pod, spec } : pod;
}
