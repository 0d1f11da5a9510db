/** Settings after defaults; see config.ts for where each comes from. */
export interface Config {
  readonly nodeName: string;
  /** Undefined: standalone. */
  readonly cluster?: Cluster;
  readonly manifests: string;
  readonly images: "any" | "strict" | "ignore";
  /** Which packages are installed on the host because a pod names them: none, of the archives that apt trusts, or any. */
  readonly debs: "off" | "signed" | "all";
  /** Whether an image that is a file by URL has to have one. */
  readonly imageChecksums: "required" | "optional";
  /** Fraction of the disk above which unused images are removed. */
  readonly imageGC: number;
  readonly podNetwork: "host" | "strict";
  /** Name servers of the cluster; empty: pods ask those of the host. */
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  readonly watch: boolean;
  readonly taint: boolean;
  /** What becomes of drop-ins that somebody puts beside a container's unit. */
  readonly dropIns: "remove" | "keep";
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** Node addresses given by hand; empty: those of the default routes. */
  readonly nodeIPs: readonly string[];
  readonly maxPods: number;
  /** Millicores and bytes kept from pods. */
  readonly reservedCpu: number;
  readonly reservedMemory: number;
  readonly evictionMemory: number;
  /** Fractions of the file system under /var/lib/unitlet that must stay free. */
  readonly evictionDisk: number;
  readonly apiTimeout: number;
  readonly port: number;
  /** Undefined: standalone, and nobody listens at the port. */
  readonly endpoint?: Endpoint;
}

/** How requests at the port are met. */
export interface Endpoint {
  /** Milliseconds without a connection after which the process behind the port ends. */
  readonly idle: number;
  /** The authorities whose client certificates are let in. */
  readonly clientCA?: FileOrData;
  /** Paths of what the port is served with; undefined: unitlet gets or makes its own. */
  readonly servingPair?: { readonly certificate: string; readonly key: string };
  /** Whether the cluster is asked for a certificate, and what is served until there is one. */
  readonly servingCertificate: "self-signed" | "csr" | "csr-with-fallback";
}

/** The current context of the kubeconfig. Paths are absolute, data is PEM text. */
export interface Cluster {
  readonly server: string;
  readonly ca?: FileOrData;
  readonly certificate?: FileOrData;
  readonly key?: FileOrData;
  readonly token?: FileOrData;
  readonly insecureSkipTLSVerify: boolean;
  readonly tlsServerName?: string;
}

export type FileOrData = { readonly file: string } | { readonly data: string };
