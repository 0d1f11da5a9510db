import type { DirectoryService, ServiceSpec } from "./api/service.ts";

/**
 * Returns what a Service asks for and has not got on a host without a cluster, and what to do instead: one text for each fact. Its
 * names are addresses of pods, as those of a headless Service are.
 */
export function serviceLimits({ spec }: Pick<DirectoryService, "spec">): readonly string[] {
  const { type = "ClusterIP", externalName } = spec;
  if (type === "ExternalName")
    return [`its name is not resolved on a standalone host. Clients need ${externalName} itself`];
  if (Object.keys(spec.selector ?? {}).length === 0)
    return [
      "it has no selector, so its name has no address. Give it the labels of pods, or use hostAliases of the pods",
    ];
  return [...portLimits(spec), ...addressLimits(spec)];
}

function portLimits({ type, ports = [] }: ServiceSpec): readonly string[] {
  const others = ports.flatMap(({ port, targetPort }) => {
    if (targetPort === undefined || targetPort === port) return [];
    const target = typeof targetPort === "number" ? `port ${targetPort}` : `the port that its pods name ${targetPort}`;
    return [`port ${port} is not translated. Clients of its name connect to ${target}`];
  });
  if (type !== "NodePort" && type !== "LoadBalancer") return others;
  return [...others, `type ${type} opens no port of the host. Give a pod a hostPort`];
}

function addressLimits({ clusterIP = "", externalIPs = [], sessionAffinity }: ServiceSpec): readonly string[] {
  return [
    ...(clusterIP === "" || clusterIP === "None"
      ? []
      : [`nothing has its clusterIP ${clusterIP}. Clients need its name, which has the addresses of its pods`]),
    ...(externalIPs.length === 0 ? [] : ["externalIPs lead nowhere. Give a pod a hostPort with that hostIP"]),
    ...(sessionAffinity === "ClientIP"
      ? ["sessionAffinity has no effect: clients choose among the addresses of its name"]
      : []),
  ];
}
