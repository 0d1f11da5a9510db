import type { ServerResponse } from "node:http";
import { ApiError } from "../../io/kube/api-error.ts";
import type { Kube } from "../../io/kube/kube.ts";
import { containersOf, statusesOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { JSON_TYPE, reply } from "../http/reply.ts";
import { readHostPods } from "./host-pods.ts";

/** Serves GET /pods from the API server, or from the files of this host with a Warning header while that does not answer. */
export async function servePods(kube: Kube, response: ServerResponse): Promise<void> {
  try {
    reply(response, JSON_TYPE, await kube.listPods());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const warning =
      "the API server does not answer: these pods come from the host, which does not have their full spec";
    response.setHeader("warning", `299 unitlet "${warning}"`);
    reply(response, JSON_TYPE, podList(readHostPods()));
  }
}

/**
 * Serves GET /runningpods/: the identities of the pods with a running container (`server/server.go: getRunningPods`,
 * v1.36).
 */
export function serveRunningPods(response: ServerResponse): void {
  reply(response, JSON_TYPE, podList(runningPods(readHostPods())));
}

/** Returns the pods with a running container, without status. */
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
