import type { ServerResponse } from "node:http";
import { ApiError } from "../../io/kube/http.ts";
import type { Kube } from "../../io/kube/kube.ts";
import { containersOf, statusesOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { JSON_TYPE, reply } from "../http/reply.ts";
import { readHostPods } from "./host-pods.ts";

/** GET /pods: as the API server has them; while it does not answer, what the host knows of them, with a warning. */
export async function servePods(kube: Kube, response: ServerResponse): Promise<void> {
  try {
    reply(response, JSON_TYPE, await kube.listPods());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const words =
      "the API server does not answer: these pods are told by the host, which does not keep their whole spec";
    response.setHeader("warning", `299 unitlet "${words}"`);
    reply(response, JSON_TYPE, podList(readHostPods()));
  }
}

/** GET /runningpods/: those of which a container runs, and no more than who they are, as the kubelet's runtime tells it. */
export function serveRunningPods(response: ServerResponse): void {
  reply(response, JSON_TYPE, podList(runningPods(readHostPods())));
}

export function runningPods(pods: readonly Pod[]): readonly object[] {
  return pods.flatMap(({ metadata, spec, status }) => {
    const statuses = statusesOf(status);
    const running = new Set(statuses.filter(({ state }) => state.running).map(({ name }) => name));
    const containers = containersOf(spec).filter(({ name }) => running.has(name));
    if (containers.length === 0) return [];
    return [{ metadata, spec: { containers: containers.map((each) => ({ ...each, resources: {} })) }, status: {} }];
  });
}

function podList(items: readonly object[]): string {
  return JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items });
}
