import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import type { NodeOptions } from "../../support/node-options.ts";
import { busybox, Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { installServingCertificate } from "./kubelet-client.ts";

/** The configuration of an image with `sleep` as its program. */
export const SLEEP_CONFIG = { Cmd: ["sleep", "1000"], Env: ["PATH=/bin"] };

export interface ImageNodeOptions extends NodeOptions {
  /** The control plane that the node joins; the shared one if undefined. */
  readonly cluster?: Cluster;
  /** True to install a serving certificate of the cluster's CA, which kubectl exec, logs and port-forward need. */
  readonly servingCertificate?: boolean;
}

/** A node with a disk for overlays, a registry in it, and the files of busybox for images. */
export class ImageNode {
  readonly node: Node;
  readonly registry: Registry;
  readonly base: readonly TarEntry[];

  private constructor(node: Node, registry: Registry, base: readonly TarEntry[]) {
    this.node = node;
    this.registry = registry;
    this.base = base;
  }

  static async start(name: string, options: ImageNodeOptions = {}): Promise<ImageNode> {
    const { cluster, servingCertificate = false, ...rest } = options;
    const node = await Node.join(cluster ?? (await Cluster.up()), name, { ownDisk: true, ...rest });
    if (servingCertificate) await installServingCertificate(node);
    return new ImageNode(node, await Registry.start(node.machine), await busybox());
  }

  /** Pushes the image `busybox:1`. Returns the name for a pull. */
  async pushBusybox(config: object = SLEEP_CONFIG): Promise<string> {
    return await this.registry.push("busybox:1", { layers: [this.base], config });
  }
}
