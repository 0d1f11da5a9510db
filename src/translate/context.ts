import type { Node } from "../model/api/node.ts";
import type { ClusterNetwork } from "../model/cni/cluster-network.ts";
import type { Config } from "../model/host/config.ts";
import type { Host } from "../model/host/host.ts";
import type { Images } from "../model/image/image.ts";
import type { PodNetwork } from "../model/pod-network.ts";
import type { ResolvedReferences } from "../model/references.ts";
import type { HostFileType } from "../model/storage.ts";
import type { PodDirectory, World } from "../model/world.ts";
import type { PortConflict } from "./network/ports.ts";
import type { ServiceEntry } from "./network/service-entries.ts";
import type { PodVolumes } from "./volumes/mount-source.ts";

/** What the translation of one pod depends on besides the pod. */
export interface TranslateContext {
  readonly config: Config;
  readonly host: Host;
  /** The Node object; undefined on a standalone node, or when the API server has not answered. */
  readonly node?: Node | undefined;
  /** Directory of the helpers that units run, such as "/usr/local/lib/unitlet". */
  readonly libDir: string;
  readonly network: PodNetwork;
  /** The Node's podCIDRs; undefined: the setting `podCIDR` has the ranges. */
  readonly podCIDRs?: readonly string[] | undefined;
  /** The network of the cluster's add-on; undefined: the setting `podNetwork` is not `cni`. */
  readonly clusterNetwork?: ClusterNetwork | undefined;
  readonly directory?: PodDirectory | undefined;
  readonly references: ResolvedReferences;
  /** The addresses of the directory's Services; undefined: there are no Services. */
  readonly services?: readonly ServiceEntry[] | undefined;
  readonly conflict?: PortConflict | undefined;
  /** The state of the images; undefined: no pod names one. */
  readonly images?: Images | undefined;
  readonly absentDirectories: ReadonlySet<string>;
  /** Texts of files that containers have written for variables of others. */
  readonly envFiles?: ReadonlyMap<string, string> | undefined;
  readonly hostFiles: ReadonlyMap<string, HostFileType>;
  /** The services of the host that pods name; undefined: unknown, and taken to be there. */
  readonly hostUnits?: World["hostUnits"] | undefined;
  /** Why another pod or container has each unit that this pod may not adopt, by name; undefined: none. */
  readonly taken?: ReadonlyMap<string, string> | undefined;
  /** The units on the host; undefined: none. */
  readonly units?: World["units"] | undefined;
  /** Mount units in state "failed". */
  readonly failedMounts?: ReadonlySet<string> | undefined;
}

/** What the translation of one container depends on besides the container: its pod's volumes are resolved by then. */
export interface ContainerContext extends TranslateContext {
  readonly volumes: PodVolumes;
}
