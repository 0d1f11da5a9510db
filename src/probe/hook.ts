import { readContainerProbes } from "../io/pods/probe-files.ts";
import { checkHttp } from "./http-check.ts";

/** About the longest time of a timer in Node. A hook has no timeout: systemd ends its process when the unit stops. */
const NO_TIMEOUT_S = 2_000_000;

/**
 * Runs a hook that is an HTTP request (`lifecycle/handlers.go: runHTTPHandler`, v1.36). Every status is a success; only a
 * missing response is a failure.
 */
export async function runHook(uid: string, container: string, name: string): Promise<boolean> {
  const probes = readContainerProbes(uid, container);
  const request = name === "post-start" || name === "pre-stop" ? probes?.hooks?.[name] : undefined;
  if (probes === undefined || request === undefined) return false;
  const { success, message } = await checkHttp(request, probes.address, NO_TIMEOUT_S, "kube-lifecycle/1.36");
  return success || message.startsWith("HTTP probe failed with statuscode");
}
