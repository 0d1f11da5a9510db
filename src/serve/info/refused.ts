import { containersOf } from "../../model/api/containers.ts";
import { HttpError } from "../http/http-error.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import type { ServerContext } from "../server-context.ts";
import { findPod } from "./find-pod.ts";

/**
 * Rejects /debug/… like a kubelet with these handlers disabled (`server/server.go: InstallProfilingHandler`, v1.36). Throws
 * HttpError.
 */
export async function refuseDebug(_: ServerContext, { segments: [, which] }: RequestTarget): Promise<never> {
  if (which === "pprof") throw new HttpError(405, "profiling endpoint is disabled.\n");
  if (which === "flags") throw new HttpError(405, "flags endpoint is disabled.\n");
  throw new HttpError(404, "404 page not found\n");
}

/**
 * Rejects POST /checkpoint/NAMESPACE/POD/CONTAINER, because no container can be checkpointed. Throws HttpError and ApiError.
 */
export async function refuseCheckpoint(
  { api, node }: ServerContext,
  { segments: [, namespace = "", name = "", container = ""] }: RequestTarget,
): Promise<never> {
  const pod = await findPod(api, node, namespace, name);
  if (pod === undefined) throw new HttpError(404, "pod does not exist");
  const all = containersOf(pod.spec);
  if (!all.some((each) => each.name === container)) throw new HttpError(404, `container ${container} does not exist`);
  const because = "unitlet cannot save the state of a running process";
  throw new HttpError(500, `checkpointing of ${namespace}/${name}/${container} failed (${because})`);
}
