import { canFence } from "../../model/host/landlock.ts";
import { hasOwnFiles, type ImageReference, redactCredentials } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import type { TranslateContext } from "../context.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { withEntries } from "../setting-remedy.ts";
import { adoptedUnitProblems } from "./adopted-units.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { hostAccountProblems } from "./host-accounts.ts";
import { REACHING } from "./rights-options.ts";

/**
 * Returns a problem for each part of the node's policy that the container breaks. A container on an image breaks none,
 * unless the image is an archive that is laid over the host's files.
 */
export function nodePolicyProblems(
  resolved: ResolvedContainer,
  { config, host, images }: Pick<TranslateContext, "config" | "host" | "images">,
): Problem[] {
  const { reference } = resolved;
  if (reference.kind === "invalid") return [];
  if (reference.kind === "unit") return adoptedUnitProblems(resolved, config);
  const isImage = hasOwnFiles(reference);
  if (isImage && !isLaidOverHost(reference, images)) return [];
  return [
    ...hostFilesProblems(resolved, config.hostFiles),
    ...hostAccountProblems(resolved, config, host),
    ...(isImage ? [] : unfencedProblems(resolved, config, host)),
  ];
}

/** Known once the archive is on this host: a pod that arrives before is admitted, and its container waits then. */
function isLaidOverHost(reference: ImageReference, images: TranslateContext["images"]): boolean {
  return reference.kind === "tarball" && images?.stored.get(imageKey(reference))?.isLaidOverHost === true;
}

function hostFilesProblems(
  { pod, container, path }: ResolvedContainer,
  allowed: TranslateContext["config"]["hostFiles"],
): Problem[] {
  const { namespace } = pod.metadata;
  if (allowed === "all" || allowed.includes(namespace)) return [];
  const image = JSON.stringify(redactCredentials(container.image ?? ""));
  return [
    {
      severity: "reject",
      path: `${path}.image`,
      because: `is ${image}, which runs on the host's files, and pods of namespace "${namespace}" may not`,
      remedy: `use an image of a registry, or let the node's administrator ${withEntries("hostFiles", allowed, [namespace])}`,
    },
  ];
}

/**
 * Refuses root on the host's files where nothing would keep it from other processes of root. A container that is meant
 * to reach other processes is never fenced.
 */
function unfencedProblems(
  { pod, container, user, path }: ResolvedContainer,
  { unfencedRoot }: TranslateContext["config"],
  { confinementProbe }: TranslateContext["host"],
): Problem[] {
  if (unfencedRoot === "allow" || (user.uid ?? 0) !== 0 || canFence(confinementProbe?.landlockABI ?? 0)) return [];
  const capabilities = capabilitiesOf(container.securityContext);
  if (pod.spec.hostPID || REACHING.some((name) => capabilities.includes(name))) return [];
  const isSet = user.uid !== undefined;
  return [
    {
      severity: "reject",
      path: `${path}.securityContext.runAsUser`,
      because: `is ${isSet ? "0" : "not set, and the default is 0"}: this host has no Landlock or no perl, so nothing would keep root from other processes`,
      remedy: `set runAsUser, or let the node's administrator ${withEntries("unfencedRoot", [], ["allow"])}`,
    },
  ];
}
