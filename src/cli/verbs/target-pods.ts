import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { CliError } from "../failure.ts";
import { type ApiObject, at } from "../objects/api-object.ts";
import { readHostObjects } from "../objects/host-objects.ts";
import { printError } from "../output.ts";
import { findObjects, parseResources } from "./resources.ts";

const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

/** Which pods a verb about containers means. */
export interface Target {
  /** POD, pod/POD, or KIND/NAME of what makes pods; undefined with a selector. */
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly selector?: string | undefined;
}

/** Returns the pods that are meant: one, or all of a selector. Throws CliError. */
export async function targetPods(
  config: Config,
  { name, namespace = "default", selector }: Target,
): Promise<readonly Pod[]> {
  const host = await readHostObjects(config, Date.now());
  const words = name === undefined ? ["pods"] : name.includes("/") ? [name] : ["pods", name];
  const { objects, missing } = findObjects(host, parseResources(words), { namespace, selector });
  if (missing.length > 0) throw new CliError(missing.join("\n"));
  if (selector !== undefined || objects[0]?.kind === "Pod") return objects as unknown as readonly Pod[];
  const [owner] = objects;
  const [first] = host.objects.filter((each) => owner !== undefined && isOwned(each, owner));
  if (first === undefined) throw new CliError(`error: ${name} has no pods`);
  return [first as unknown as Pod];
}

/** True for a pod of an object that makes pods. */
export function isOwned(object: ApiObject, owner: ApiObject): boolean {
  return object.kind === "Pod" && isMadeBy(object, owner);
}

/** True for an object that another one has made. */
export function isMadeBy({ metadata }: ApiObject, owner: ApiObject): boolean {
  const { name, namespace } = owner.metadata;
  const own = ownerOf(metadata);
  return metadata.namespace === namespace && own?.kind === owner.kind && own.name === name;
}

/** Returns what has made an object; undefined for one of its own. The ReplicaSet between it and a Deployment has the Deployment's name. */
export function ownerOf(metadata: unknown): { readonly kind: string; readonly name: string } | undefined {
  const [owner] = (at(metadata, "ownerReferences") ?? []) as readonly {
    readonly kind: string;
    readonly name: string;
  }[];
  if (owner?.kind !== "ReplicaSet") return owner;
  return { kind: "Deployment", name: owner.name.replace(/-[^-]*$/, "") };
}

/** Returns the name of the container that is meant, and tells which one when the pod has several. Throws CliError. */
export function targetContainer(pod: Pod, given: string | undefined): string {
  const names = containersOf(pod.spec).map(({ name }) => name);
  const { name, annotations = {} } = pod.metadata;
  if (given !== undefined) {
    if (names.includes(given)) return given;
    throw new CliError(`error: container ${given} is not valid for pod ${name}: expected one of ${names.join(", ")}`);
  }
  const chosen = annotations[DEFAULT_CONTAINER];
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  const first = pod.spec.containers[0]?.name ?? "";
  if (names.length > 1) printError(`Defaulted container "${first}" out of: ${names.join(", ")}`);
  return first;
}
