/** The fields of a Service that become variables of containers. */
export interface Service {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    /** "None" or "" for a headless Service. */
    readonly clusterIP?: string;
    readonly ports?: readonly ServicePort[];
  };
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}

/** A Service of a directory of manifests, with the fields that its names depend on. */
export interface DirectoryService {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: ServiceSpec;
}

export interface ServiceSpec {
  /** "ClusterIP" when undefined. */
  readonly type?: string;
  readonly clusterIP?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly (ServicePort & { readonly targetPort?: number | string; readonly nodePort?: number })[];
  readonly publishNotReadyAddresses?: boolean;
  readonly ipFamilies?: readonly string[];
  readonly ipFamilyPolicy?: string;
  readonly externalName?: string;
  readonly externalIPs?: readonly string[];
  readonly sessionAffinity?: string;
}
