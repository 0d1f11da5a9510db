import type { Container, Pod } from "../model/pod.ts";
import { digest } from "../unitfile/hash.ts";
import { userOf } from "./security.ts";

/**
 * Of what translate/ reads of a container, and of nothing else: a field that a newer API server adds to every pod must
 * not restart them all.
 */
export function specHash(pod: Pod, container: Container): string {
  const { restartPolicy, terminationGracePeriodSeconds, initContainers } = pod.spec;
  const { name, image, command, args, workingDir, env, resources, volumeMounts } = container;
  const wanted = [
    [name, image, command, args, workingDir, resources],
    (env ?? []).map((variable) => [variable.name, variable.value]),
    (volumeMounts ?? []).map((mount) => [mount.name, mount.mountPath, mount.readOnly]),
    userOf(pod, container),
    [restartPolicy, terminationGracePeriodSeconds, (initContainers ?? []).map((init) => init.name)],
  ];
  return digest(JSON.stringify(wanted), 16);
}
