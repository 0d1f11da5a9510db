import type { Node } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Allocatable } from "../../model/host/allocatable.ts";
import { offered, otherRequests } from "./other-resources.ts";
import { add, podRequests, type Requests } from "./requests.ts";

/** The reason and message of a rejected pod's status (`lifecycle/predicate.go: Admit`, v1.36). */
export interface AdmissionRejection {
  readonly reason: string;
  readonly message: string;
}

/** The missing amount of each resource; 0 where there is enough. */
export type InsufficientResource = Requests & { readonly pods: number };

interface Row {
  readonly resource: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
}

/** Returns the first resource that is too scarce for the pod beside the running ones; undefined when it fits. */
export function shortfall(
  pod: Pod,
  running: readonly Pod[],
  room: Allocatable,
  node?: Node,
): AdmissionRejection | undefined {
  const short = find(pod, running, room, node);
  if (short === undefined) return undefined;
  const { resource, requested, used, capacity } = short;
  return {
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

/** The number of pods comes first: of thousands that arrive at once, the requests of the others are not added up. */
function find(pod: Pod, running: readonly Pod[], room: Allocatable, node: Node | undefined): Row | undefined {
  const pods = podsRow(running, room);
  if (insufficient(pods)) return pods;
  return [...rows(pod, running, room), ...otherRows(pod, running, node)].find(insufficient);
}

function podsRow(running: readonly Pod[], room: Allocatable): Row {
  return { resource: "pods", requested: 1, used: running.length, capacity: room.pods };
}

/** Returns how much of each resource is missing for the pod beside the running ones. */
export function insufficientResources(pod: Pod, running: readonly Pod[], room: Allocatable): InsufficientResource {
  const of = Object.fromEntries(
    rows(pod, running, room).map((row) => [
      row.resource,
      insufficient(row) ? row.requested - (row.capacity - row.used) : 0,
    ]),
  );
  const { pods = 0, cpu = 0, memory = 0, "ephemeral-storage": ephemeralStorage = 0 } = of;
  return { pods, cpu, memory, ephemeralStorage };
}

/** Returns the rejection of a critical pod that does not fit even after preemption. */
export function insufficientAfterPreemption({
  pods,
  cpu,
  memory,
  ephemeralStorage,
}: InsufficientResource): AdmissionRejection {
  const missing = Object.entries({ pods, cpu, memory, "ephemeral-storage": ephemeralStorage }).filter(([, q]) => q > 0);
  const because = missing.map(([resource, quantity]) => `(res: ${resource}, q: ${quantity}), `).join("");
  return {
    reason: "UnexpectedAdmissionError",
    message: `Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [${because}]`,
  };
}

function rows(pod: Pod, running: readonly Pod[], room: Allocatable): readonly Row[] {
  const requests = podRequests(pod);
  const used = running.map(podRequests).reduce(add, { cpu: 0, memory: 0, ephemeralStorage: 0 });
  return [
    podsRow(running, room),
    { resource: "cpu", requested: requests.cpu, used: used.cpu, capacity: room.cpu },
    { resource: "memory", requested: requests.memory, used: used.memory, capacity: room.memory },
    {
      resource: "ephemeral-storage",
      requested: requests.ephemeralStorage,
      used: used.ephemeralStorage,
      capacity: room.ephemeralStorage,
    },
  ];
}

/** Returns rows of huge pages and of extended resources that the node offers. No preemption frees them. */
function otherRows(pod: Pod, running: readonly Pod[], node: Node | undefined): readonly Row[] {
  return [...otherRequests(pod)].flatMap(([resource, requested]) => {
    const capacity = offered(resource, node);
    if (capacity === undefined) return [];
    const used = running.reduce((sum, each) => sum + (otherRequests(each).get(resource) ?? 0), 0);
    return [{ resource, requested, used, capacity }];
  });
}

function insufficient({ requested, used, capacity }: Row): boolean {
  return requested > 0 && requested > capacity - used;
}
