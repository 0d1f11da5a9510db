export interface RestartRule {
  readonly action: string;
  readonly exitCodes?: { readonly operator: string; readonly values?: readonly number[] };
}

export interface Lifecycle {
  readonly postStart?: LifecycleHandler;
  readonly preStop?: LifecycleHandler;
  /** For example "SIGUSR1" or "SIGRTMIN+3". */
  readonly stopSignal?: string;
}

/**
 * Exactly one field is set. The API has `tcpSocket` too, which the kubelet fails (`lifecycle/handlers.go: Run`, v1.36).
 */
export interface LifecycleHandler {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: HttpGetAction;
  readonly sleep?: { readonly seconds: number };
}

/** A livenessProbe, readinessProbe or startupProbe. */
export interface ApiProbe {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: HttpGetAction;
  readonly tcpSocket?: { readonly host?: string; readonly port: number | string };
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
}

/** `port` is a number or the name of one of the container's ports. */
export interface HttpGetAction {
  readonly scheme?: string;
  readonly host?: string;
  readonly port: number | string;
  readonly path?: string;
  readonly httpHeaders?: readonly { readonly name: string; readonly value?: string }[];
}
