const SCHEME = "systemd://";

export function containerID(invocation: string): string {
  return SCHEME + invocation;
}

export function invocationOf(id: string | undefined): string | undefined {
  return id?.startsWith(SCHEME) ? id.slice(SCHEME.length) : undefined;
}
