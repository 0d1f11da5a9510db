import type { Container, Pod } from "../model/api/pod.ts";
import { digest } from "../unitfile/hash.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { containerAppArmor } from "./security/rights.ts";
import { seccompOf } from "./security/seccomp.ts";

/**
 * Returns the digest of the fields that the translation reads. A field that a newer API server adds must not restart
 * every pod. A field that a newer unitlet reads appears only where a pod sets it.
 */
export function specHash({
  pod,
  container,
  user,
  options,
  network,
}: Pick<ResolvedContainer, "pod" | "container" | "user" | "options" | "network">): string {
  const { restartPolicy, terminationGracePeriodSeconds, initContainers } = pod.spec;
  const { name, image, command, args, workingDir, env, envFrom, volumeMounts } = container;
  const { stdin, stdinOnce, tty } = container;
  const wanted = {
    name,
    image,
    command: unlessEmpty(command),
    args: unlessEmpty(args),
    workingDir,
    env: unlessEmpty(
      env?.map(({ name: variable, value, valueFrom }) => [variable, value, ...(valueFrom ? [valueFrom] : [])]),
    ),
    envFrom: unlessEmpty(envFrom),
    resources: unlessEmpty(restarting(container)),
    // What else a mount says cannot change while the pod lives.
    mounts: unlessEmpty(volumeMounts?.map((mount) => [mount.name, mount.mountPath])),
    input: stdin ? { once: stdinOnce, tty } : undefined,
    user: unlessEmpty(user),
    rights: unlessEmpty(rightsOf(pod, container)),
    wishes: unlessEmpty(wishesOf(options)),
    restartPolicy,
    terminationGracePeriodSeconds,
    initContainers: unlessEmpty(initContainers?.map((init) => init.name)),
    // Another address changes variables and files that a program has read. While it is unknown, nothing restarts.
    addresses: network.isHost ? undefined : network.addresses,
  };
  return digest(JSON.stringify(wanted), 16);
}

/** An updated image is another image, and whether images are updated changes nothing about the container. */
function wishesOf({ autoUpdate: _, ...wishes }: ResolvedContainer["options"]): object {
  return wishes;
}

/** Resources change in place, except those whose resizePolicy is RestartContainer. */
function restarting({ resources, resizePolicy = [] }: Container): object {
  const names = resizePolicy.flatMap((each) => (each.restartPolicy === "RestartContainer" ? [each.resourceName] : []));
  const { requests, limits } = resources ?? {};
  const some = names.map((name) => [name, requests?.[name], limits?.[name]] as const);
  return Object.fromEntries(some.map(([name, ...amounts]) => [name, amounts]));
}

/** Fields that earlier versions rejected: their absence must not change the digest of pods that run. */
function rightsOf(pod: Pod, container: Container): object {
  const { capabilities, privileged, allowPrivilegeEscalation } = container.securityContext ?? {};
  const groups = pod.spec.securityContext?.supplementalGroups;
  const filter = seccompOf(pod, container);
  const seccomp = filter.type === "localhost" ? `localhost/${filter.profile}` : filter.type;
  const appArmor = containerAppArmor(pod, container);
  return {
    ...(groups?.length ? { groups } : {}),
    ...(seccomp === "unconfined" ? {} : { seccomp }),
    ...(capabilities?.add?.length || capabilities?.drop?.length ? { capabilities } : {}),
    ...(privileged ? { privileged } : {}),
    ...(allowPrivilegeEscalation === false ? { allowPrivilegeEscalation } : {}),
    ...(appArmor === undefined ? {} : { appArmor }),
  };
}

function unlessEmpty<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}
