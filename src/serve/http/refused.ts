import { containersOf } from "../../model/api/containers.ts";
import { findPod } from "../info/find-pod.ts";
import { Refusal } from "./http-error.ts";
import type { Serving } from "../route.ts";
import type { Target } from "./request-attributes.ts";

/** GET, POST or PUT /debug/…: what the kubelet answers with these handlers switched off. Throws Refusal. */
export async function refuseDebug(_: Serving, { segments: [, which] }: Target): Promise<never> {
  if (which === "pprof") throw new Refusal(405, "profiling endpoint is disabled.\n");
  if (which === "flags") throw new Refusal(405, "flags endpoint is disabled.\n");
  throw new Refusal(404, "404 page not found\n");
}

/** POST /checkpoint/NAMESPACE/POD/CONTAINER: the container must be there, and cannot be checkpointed. Throws Refusal. */
export async function refuseCheckpoint(
  { api, node }: Serving,
  { segments: [, namespace = "", name = "", container = ""] }: Target,
): Promise<never> {
  const pod = await findPod(api, node, namespace, name);
  if (pod === undefined) throw new Refusal(404, "pod does not exist");
  const all = containersOf(pod.spec);
  if (!all.some((each) => each.name === container)) throw new Refusal(404, `container ${container} does not exist`);
  const because = "unitlet cannot write down the state of a running process";
  throw new Refusal(500, `checkpointing of ${namespace}/${name}/${container} failed (${because})`);
}
