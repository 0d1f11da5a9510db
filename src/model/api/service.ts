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
