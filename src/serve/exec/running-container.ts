import { join } from "node:path";
import { readOptional } from "../../io/files.ts";
import type { ApiClient } from "../../io/kube/http.ts";
import { getNodePod } from "../../io/static-pods/node-pod.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { containersOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { isUnit } from "../../model/image/unit-reference.ts";
import { podRunDir } from "../../model/paths.ts";
import type { UnitName } from "../../model/unit.ts";
import { containerUnitName } from "../../unitfile/names.ts";
import { HttpError } from "../http/http-error.ts";

/** A running container. */
export interface RunningContainer {
  readonly pod: Pod;
  readonly container: Container;
  readonly unit: UnitName;
  readonly invocation: string;
}

/** The client and the node by which a container is found. */
export interface ContainerRef {
  readonly api: ApiClient;
  readonly node: string;
}

/**
 * Returns the container of a path NAMESPACE/POD/CONTAINER or NAMESPACE/POD/UID/CONTAINER. Throws HttpError with the kubelet's
 * messages (`server/server.go: getExec`, v1.36), and ApiError.
 */
export async function findRunning({ api, node }: ContainerRef, path: readonly string[]): Promise<RunningContainer> {
  const [namespace = "", name = ""] = path;
  const container = path.at(-1) ?? "";
  const pod = await getNodePod(api, node, namespace, name);
  if (pod === undefined) throw new HttpError(404, "pod does not exist");
  const notFound = new HttpError(404, `container not found (${JSON.stringify(container)})`);
  if (path.length === 4 && pod.metadata.uid !== path[2]) throw notFound;
  const spec = containersOf(pod.spec).find((each) => each.name === container);
  if (spec === undefined) throw notFound;
  if (isUnit(spec.image ?? "")) throw new HttpError(400, noCommand(container, spec.image ?? ""));
  const unit = containerUnitName(namespace, name, container);
  const invocation = runningInvocation(unit);
  // `container-start` writes the invocation before the program starts. Another invocation means that it waits or has ended.
  const started = readOptional(join(podRunDir(pod.metadata.uid), `${container}.started`))?.trim();
  if (invocation === undefined || started !== invocation) throw notFound;
  return { pod, container: spec, unit, invocation };
}

/** The service was not made to be entered, and its users and sandbox are its own. */
function noCommand(container: string, image: string): string {
  return `container ${JSON.stringify(container)} is ${image}, a unit of the host, in which no command runs: use a shell of the node`;
}
