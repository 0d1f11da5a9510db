import { readContainerProbes } from "../io/pods/probe-files.ts";
import { checkHttp } from "./http-check.ts";

/** Nobody waits longer for a hook than a pod lives; who stops it ends the process. */
const NO_TIMEOUT_S = 2_000_000;

/** A hook that is a request: whatever is answered is good, as with the kubelet; it fails when nobody answers. */
export async function runHook(uid: string, container: string, name: string): Promise<boolean> {
  const told = readContainerProbes(uid, container);
  const request = name === "post-start" || name === "pre-stop" ? told?.hooks?.[name] : undefined;
  if (told === undefined || request === undefined) return false;
  const { success, message } = await checkHttp(request, told.address, NO_TIMEOUT_S, "kube-lifecycle/1.36");
  return success || message.startsWith("HTTP probe failed with statuscode");
}
