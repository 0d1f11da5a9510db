export interface NodeOptions {
  /**
   * A proxy to the API server, such as a FaultProxy. The node then has a bearer token, so its name must be node-1 to
   * node-99.
   */
  readonly proxy?: { urlFor(hostAddress: string): string };
  /** True for a node with the strict policy that every joined node has by default, instead of OPEN_POLICY. */
  readonly strictPolicy?: boolean;
  /** Settings of unitlet.conf by key. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The interval of the timer that starts runs, such as `1s` or `1h`, instead of the delivered 5 s. */
  readonly timerInterval?: string;
  /** The option `ownDisk` of the machine. */
  readonly ownDisk?: boolean;
  /** The option `lan` of the machine. */
  readonly lan?: string;
}
