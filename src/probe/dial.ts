/**
 * The messages of Go's `net` package for errors of connections, which the kubelet's Events have (`probe/tcp/tcp.go:
 * DoTCPProbe`, v1.36).
 */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  EADDRNOTAVAIL: "connect: cannot assign requested address",
  ETIMEDOUT: "connect: connection timed out",
  EACCES: "connect: permission denied",
};

/** Returns "10.0.0.1:80" or "[::1]:80". */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Returns the message of Go's `net` package for an error of a connection, or Node's where there is no such message. */
export function dialError(error: NodeJS.ErrnoException, host: string, port: number): string {
  const { code = "", message } = error;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `dial tcp: lookup ${host}: no such host`;
  if (code === "ECONNRESET") return "read: connection reset by peer";
  const words = WORDS[code];
  return words === undefined ? message : `dial tcp ${hostPort(host, port)}: ${words}`;
}
