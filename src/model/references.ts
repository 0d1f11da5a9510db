/** One token to ask for: the API server binds it to the pod, so it ends with it. */
export interface TokenReference {
  readonly key: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience?: string;
  readonly expirationSeconds: number;
  readonly podName: string;
  readonly podUID: string;
}

export interface DueReferences {
  readonly tokens: readonly TokenReference[];
  /** "namespace/name" */
  readonly configMaps: readonly string[];
}
