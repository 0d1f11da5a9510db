import type { Pod } from "../../model/api/pod.ts";
import { claimPath } from "../../model/paths.ts";
import { type ApiObject, at, sizeAt, textAt } from "./api-object.ts";
import { AGE, type Kind } from "./kind.ts";
import { podCells } from "./pod-columns.ts";
import { labelsText } from "./selector.ts";

const podOf = (object: ApiObject) => object as unknown as Pod;

export const POD: Kind = {
  kind: "Pod",
  names: ["pods", "pod", "po"],
  group: "",
  isOfAll: true,
  columns: [
    { heading: "READY", cell: (object, now) => podCells(podOf(object), now).ready },
    { heading: "STATUS", cell: (object, now) => podCells(podOf(object), now).status },
    { heading: "RESTARTS", cell: (object, now) => podCells(podOf(object), now).restarts },
    AGE,
    { heading: "IP", isWide: true, cell: (object) => podOf(object).status?.podIPs?.[0]?.ip ?? "<none>" },
    { heading: "NODE", isWide: true, cell: (object) => textAt(object, "spec", "nodeName") || "<none>" },
    { heading: "NOMINATED NODE", isWide: true, cell: () => "<none>" },
    { heading: "READINESS GATES", isWide: true, cell: (object) => gates(podOf(object)) },
  ],
};

function gates({ spec: { readinessGates = [] }, status }: Pod): string {
  if (readinessGates.length === 0) return "<none>";
  const isTrue = (type: string) => status?.conditions?.find((each) => each.type === type)?.status === "True";
  return `${readinessGates.filter(({ conditionType }) => isTrue(conditionType)).length}/${readinessGates.length}`;
}

export const CONFIG_MAP: Kind = {
  kind: "ConfigMap",
  names: ["configmaps", "configmap", "cm"],
  group: "",
  isOfAll: false,
  columns: [{ heading: "DATA", cell: (each) => String(sizeAt(each, "data") + sizeAt(each, "binaryData")) }, AGE],
};

export const SECRET: Kind = {
  kind: "Secret",
  names: ["secrets", "secret"],
  group: "",
  isOfAll: false,
  columns: [
    { heading: "TYPE", cell: (each) => textAt(each, "type") },
    { heading: "DATA", cell: (each) => String(sizeAt(each, "data")) },
    AGE,
  ],
};

export const SERVICE: Kind = {
  kind: "Service",
  names: ["services", "service", "svc"],
  group: "",
  isOfAll: true,
  columns: [
    { heading: "TYPE", cell: (each) => textAt(each, "spec", "type") || "ClusterIP" },
    { heading: "CLUSTER-IP", cell: (each) => (isExternal(each) ? "<none>" : "None") },
    { heading: "EXTERNAL-IP", cell: externalText },
    { heading: "PORT(S)", cell: portsText },
    AGE,
    { heading: "SELECTOR", isWide: true, cell: (each) => labelsText(at(each, "spec", "selector")) },
  ],
};

const isExternal = (service: ApiObject) => textAt(service, "spec", "type") === "ExternalName";

function externalText(service: ApiObject): string {
  if (isExternal(service)) return textAt(service, "spec", "externalName");
  const isBalanced = textAt(service, "spec", "type") === "LoadBalancer";
  return listText(at(service, "spec", "externalIPs")) || (isBalanced ? "<pending>" : "<none>");
}

function portsText(service: ApiObject): string {
  const ports = (at(service, "spec", "ports") ?? []) as readonly {
    port: number;
    protocol?: string;
    nodePort?: number;
  }[];
  const words = ports.map(
    ({ port, protocol = "TCP", nodePort }) => `${port}${nodePort ? `:${nodePort}` : ""}/${protocol}`,
  );
  return words.join(",") || "<none>";
}

export const CLAIM: Kind = {
  kind: "PersistentVolumeClaim",
  names: ["persistentvolumeclaims", "persistentvolumeclaim", "pvc"],
  group: "",
  isOfAll: false,
  columns: [
    { heading: "STATUS", cell: (each) => textAt(each, "status", "phase") },
    { heading: "VOLUME", cell: directoryOf },
    { heading: "CAPACITY", cell: (each) => textAt(each, "status", "capacity", "storage") },
    { heading: "ACCESS MODES", cell: (each) => accessModes(at(each, "status", "accessModes")) },
    { heading: "STORAGECLASS", cell: (each) => textAt(each, "spec", "storageClassName") },
    {
      heading: "VOLUMEATTRIBUTESCLASS",
      cell: (each) => textAt(each, "spec", "volumeAttributesClassName") || "<unset>",
    },
    AGE,
    { heading: "VOLUMEMODE", isWide: true, cell: (each) => textAt(each, "spec", "volumeMode") || "<unset>" },
  ],
};

/** The directory is the volume of a claim. */
function directoryOf(claim: ApiObject): string {
  const { namespace, name } = claim.metadata;
  return textAt(claim, "status", "phase") === "Bound" ? claimPath(namespace, name) : "";
}

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function accessModes(modes: unknown): string {
  return Array.isArray(modes) ? modes.map((mode) => MODES[String(mode)] ?? String(mode)).join(",") : "";
}

function listText(list: unknown): string {
  return Array.isArray(list) ? list.join(",") : "";
}
