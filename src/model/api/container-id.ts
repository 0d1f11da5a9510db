const SCHEME = "systemd://";

export function containerID(invocation: string): string {
  return SCHEME + invocation;
}

/** Undefined also for what is no single word: status can be written by others, and this ends up in files. */
export function invocationOf(id: string | undefined): string | undefined {
  const invocation = id?.startsWith(SCHEME) ? id.slice(SCHEME.length) : "";
  return /^\w+$/.test(invocation) ? invocation : undefined;
}
