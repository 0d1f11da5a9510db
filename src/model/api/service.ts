/** A Service as far as containers hear of it. */
export interface Service {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    /** "None" or "" for a headless one. */
    readonly clusterIP?: string;
    readonly ports?: readonly ServicePort[];
  };
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}
