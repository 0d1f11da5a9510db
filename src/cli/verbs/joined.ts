import type { Config } from "../../model/host/config.ts";
import { CliError } from "../failure.ts";
import { pluralOf } from "../objects/kinds.ts";
import type { Resources } from "./resources.ts";

/** Throws CliError when the API server of a cluster has the objects, and not this host. */
export function requireLocalKinds({ cluster }: Config, { kinds }: Resources, verb: "get" | "describe"): void {
  const others = kinds.filter(({ kind }) => kind !== "Pod");
  if (cluster === undefined || others.length === 0) return;
  const names = others.map(pluralOf).join(",");
  throw new CliError(
    `unitlet ${verb}: this node has joined a cluster, whose API server has the ${names}: use kubectl ${verb} ${names}`,
  );
}

type Manifests = Pick<Config, "cluster" | "manifests" | "staticPods">;

/** Throws CliError on a node of a cluster, which takes its objects from the API server. `command` is that of kubectl. */
export function requireStandalone(config: Manifests, verb: "apply" | "delete", command: string): void {
  const { cluster, manifests, staticPods } = config;
  if (cluster === undefined) return;
  const ofStaticPod =
    verb === "apply"
      ? `write its file into ${manifests}: cp web.yaml ${manifests}/`
      : `remove its file from ${manifests}`;
  throw new CliError(
    `unitlet ${verb}: this node has joined a cluster and takes its objects from ${cluster.server}: use ${command}${staticPods ? `. For a static pod, ${ofStaticPod}` : ""}`,
  );
}
