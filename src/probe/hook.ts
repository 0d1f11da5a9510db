import { readContainerProbes } from "../io/pods/probe-files.ts";
import { checkHttp } from "./http-check.ts";

/** A hook has no timeout of its own: systemd ends the process when the unit stops. This is about the longest time that a timer of Node allows. */
const NO_TIMEOUT_S = 2_000_000;

/**
 * Runs a hook that is an HTTP request (`handlers.go: runHTTPHandler`, v1.36). Every status is a success; only a missing
 * response is a failure.
 */
export async function runHook(uid: string, container: string, name: string): Promise<boolean> {
  const probes = readContainerProbes(uid, container);
  const request = name === "post-start" || name === "pre-stop" ? probes?.hooks?.[name] : undefined;
  if (probes === undefined || request === undefined) return false;
  const { success, message } = await checkHttp(request, probes.address, NO_TIMEOUT_S, "kube-lifecycle/1.36");
  return success || message.startsWith("HTTP probe failed with statuscode");
}
