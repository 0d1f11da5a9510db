import { containerPath, containersOf, kindOf } from "../model/api/containers.ts";
import type { Container, EphemeralContainer, Pod } from "../model/api/pod.ts";
import { hasOwnFiles, type ImageReference } from "../model/image/image-reference.ts";
import type { UnitName } from "../model/unit.ts";
import { digest } from "../unitfile/hash.ts";
import { containerUnitName } from "../unitfile/names.ts";
import { annotationOptions } from "./annotations/options.ts";
import type { TranslateContext } from "./context.ts";
import { imageReference } from "./images/reference.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { requestedUser } from "./security/user.ts";
import { specHash } from "./spec-hash.ts";

const HOST = { kind: "host" } as const;
const HASH_LENGTH = 16;

/** Resolves every container of the pod, in the order of containersOf(). The pod's names have been checked. */
export function resolveContainers(
  pod: Pod,
  { config, network }: Pick<TranslateContext, "config" | "network">,
): readonly ResolvedContainer[] {
  const { namespace, name } = pod.metadata;
  const containers = containersOf(pod.spec);
  const references = new Map(containers.map(({ name, image }) => [name, imageReference(image)]));
  const isOnImage = (each: Container) => !config.ignoreImages && hasOwnFiles(references.get(each.name) ?? HOST);
  const isShared = containers.some((each) => kindOf(pod, each) !== "ephemeral" && isOnImage(each));
  return containers.map((container) => {
    const read = {
      pod,
      container,
      options: annotationOptions(pod, container),
      user: requestedUser(pod, container),
      network,
    };
    const named = references.get(container.name) ?? HOST;
    const target = config.ignoreImages ? undefined : targetOf(container, references);
    return {
      ...read,
      kind: kindOf(pod, container),
      unitName: named.kind === "unit" ? (named.unit as UnitName) : containerUnitName(namespace, name, container.name),
      path: containerPath(pod, container),
      reference: config.ignoreImages && !isOfHost(named) ? HOST : named,
      namesHost: isOfHost(named),
      // No change of the pod restarts a unit that it adopts.
      specHash: named.kind === "unit" ? digest(named.unit, HASH_LENGTH) : specHash(read),
      sharesSandbox: network.isHost || isShared,
      ...(target !== undefined && { target }),
    };
  });
}

/** True for what the setting `ignoreImages` leaves as it is. */
function isOfHost({ kind }: ImageReference): boolean {
  return kind === "host" || kind === "unit";
}

/** Returns the container that an ephemeral one enters: only a container on an image has a PID namespace of its own. */
function targetOf(container: Container, references: ReadonlyMap<string, ImageReference>): string | undefined {
  const { targetContainerName: name }: EphemeralContainer = container;
  const target = name ? references.get(name) : undefined;
  return target !== undefined && hasOwnFiles(target) ? name : undefined;
}
