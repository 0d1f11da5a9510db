import { join } from "node:path";
import { failureMessage, resultAddresses, withoutPrefix } from "../../model/cni/answer.ts";
import { POD_INTERFACE } from "../../model/cni/plugin.ts";
import { NETWORK_FAILURE, NETWORK_RESULT, podRunDir, STATE_DIR } from "../../model/paths.ts";
import { networkNamespace } from "../../model/pod-network.ts";
import type { PodDirectory } from "../../model/world.ts";
import { readOptional } from "../files.ts";

/**
 * Returns what the sandbox has left of the pod's last CNI ADD. `names` are the files of the pod. A result counts while the
 * network namespace is mounted, which a reboot ends. What was removed from `/run` is also kept for the DEL.
 */
export function readNetwork(
  uid: string,
  names: ReadonlySet<string>,
  mounts: readonly string[],
): Pick<PodDirectory, "network"> {
  const read = (name: string) => (names.has(name) ? readOptional(join(podRunDir(uid), name)) : undefined);
  const failed = read(NETWORK_FAILURE);
  if (failed !== undefined) return { network: { addresses: [], failure: failureMessage(failed) } };
  if (!mounts.includes(networkNamespace(uid))) return {};
  const result = read(NETWORK_RESULT) ?? readOptional(`${STATE_DIR}/networks/${uid}/result`);
  if (result === undefined) return {};
  const subnets = resultAddresses(result, POD_INTERFACE);
  return { network: { addresses: subnets.map(withoutPrefix), subnets } };
}
