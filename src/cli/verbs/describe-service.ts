import type { Pod } from "../../model/api/pod.ts";
import type { DirectoryService, ServiceSpec } from "../../model/api/service.ts";
import { type Endpoint, endpointsOf } from "../../translate/network/service-entries.ts";
import { type ApiObject, at } from "../objects/api-object.ts";
import { labelsText } from "../objects/selector.ts";
import { conditionLines } from "./describe-object.ts";
import { formatSheet, type Line, listLines, metadataLines } from "./sheet.ts";

type Port = NonNullable<ServiceSpec["ports"]>[number];

/** Returns the description of a Service (`describe/describe.go: describeService`, v0.36), with its name in pods. */
export function describeService(object: ApiObject, pods: readonly Pod[], clusterDomain: string): string {
  const { metadata } = object;
  const { name, namespace } = metadata;
  const spec = (at(object, "spec") ?? {}) as ServiceSpec;
  const { type = "ClusterIP", ports = [], externalName, sessionAffinity = "None" } = spec;
  const endpoints = endpointsOf({ metadata: { name, namespace }, spec } satisfies DirectoryService, pods);
  return formatSheet([
    [0, "Name", name],
    [0, "Namespace", namespace],
    ...metadataLines(metadata),
    [0, "Selector", labelsText(spec.selector) || "<none>"],
    [0, "Type", type],
    ...(type === "ExternalName" ? [[0, "External Name", externalName ?? ""] as const] : [[0, "IP", "None"] as const]),
    ...(endpoints.length === 0 ? [] : [[0, "DNS Name", `${name}.${namespace}.svc.${clusterDomain}`] as const]),
    ...(ports.length === 0 ? listLines(0, "Endpoints", addressesOf(endpoints, undefined)) : []),
    ...ports.flatMap((port) => portLines(port, endpoints)),
    [0, "Session Affinity", sessionAffinity],
    ...conditionLines(object),
  ]);
}

function portLines(port: Port, endpoints: readonly Endpoint[]): readonly Line[] {
  const { name = "<unset>", port: number, protocol = "TCP", targetPort = number, nodePort } = port;
  return [
    [0, "Port", `${name}  ${number}/${protocol}`],
    [0, "TargetPort", `${targetPort}/${protocol}`],
    ...(nodePort ? [[0, "NodePort", `${name}  ${nodePort}/${protocol}`] as const] : []),
    ...listLines(0, "Endpoints", addressesOf(endpoints, port)),
  ];
}

function addressesOf(endpoints: readonly Endpoint[], port: Port | undefined): readonly string[] {
  return endpoints.flatMap(({ pod, addresses }) => {
    const number = port && targetOf(port, pod);
    if (port !== undefined && number === undefined) return [];
    return addresses.map((address) => {
      const host = address.includes(":") && number ? `[${address}]` : address;
      return number === undefined ? host : `${host}:${number}`;
    });
  });
}

/** Returns the number of the port of a pod (`podutil.FindPort`); undefined when no container names it. */
function targetOf({ port, targetPort = port, protocol = "TCP" }: Port, { spec }: Pod): number | undefined {
  if (typeof targetPort === "number") return targetPort;
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find((each) => each.name === targetPort && (each.protocol ?? "TCP") === protocol)?.containerPort;
}
