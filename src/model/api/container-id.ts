const SCHEME = "systemd://";

/** Returns the container ID for an invocation of the container's unit. */
export function containerID(invocation: string): string {
  return SCHEME + invocation;
}

/**
 * Returns the invocation of a container ID; undefined when it is not a single word. Other clients can write the status,
 * and this value becomes a part of files.
 */
export function invocationOf(id: string | undefined): string | undefined {
  const invocation = id?.startsWith(SCHEME) ? id.slice(SCHEME.length) : "";
  return /^\w+$/.test(invocation) ? invocation : undefined;
}
