/** The network's name, which is also in the names of files that the plugins and libcni keep. */
export const NETWORK_NAME = "unitlet";

/** The bridge of the pods on this host, which the plugin `bridge` makes. */
export const BRIDGE = "unitlet0";

/** The pod's interface. */
export const POD_INTERFACE = "eth0";

/**
 * The directories in which plugins are searched, in this order: that of network add-ons, and those of packages of Debian, openSUSE
 * and Arch Linux, and of Fedora. The helper `pod-network` has the same ones.
 */
export const PLUGIN_DIRECTORIES: readonly string[] = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

/** One plugin of a chain with the configuration that it reads on standard input. */
export interface Plugin {
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
}
