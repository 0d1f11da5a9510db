import { hasOwnFiles, redactCredentials } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import type { TranslateContext } from "../context.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { withEntries } from "../setting-remedy.ts";
import { hostAccountProblems } from "./host-accounts.ts";

/** Returns a problem for each part of the node's policy that the container breaks. A container on an image breaks none. */
export function nodePolicyProblems(
  resolved: ResolvedContainer,
  { config, host }: Pick<TranslateContext, "config" | "host">,
): Problem[] {
  if (hasOwnFiles(resolved.reference) || resolved.reference.kind === "invalid") return [];
  return [...hostFilesProblems(resolved, config.hostFiles), ...hostAccountProblems(resolved, config, host)];
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
