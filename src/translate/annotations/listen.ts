/** One address of a socket unit, as systemd spells it. */
export interface Listen {
  readonly directive: "ListenStream" | "ListenDatagram";
  readonly address: string;
}

/** The directory of pods' sockets, with one directory for each namespace. Other paths below /run belong to the host. */
export const SOCKETS = "/run/pods";

/**
 * Returns the addresses in a text such as "8080", "udp:53", "192.0.2.7:80" or "[2001:db8::7]:80", or with a path below
 * SOCKETS. Returns undefined when one is anything else.
 */
export function parseListen(text: string): readonly Listen[] | undefined {
  const all = text.split(" ").map(parseAddress);
  return all.some((each) => each === undefined) ? undefined : (all as Listen[]);
}

function parseAddress(text: string): Listen | undefined {
  if (text.startsWith("/")) return isOwnPath(text) ? { directive: "ListenStream", address: text } : undefined;
  const [, protocol = "tcp", host = "", port = ""] =
    /^(?:(tcp|udp):)?(?:(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]):)?(\d{1,5})$/.exec(text) ?? [];
  if (!(Number(port) >= 1 && Number(port) <= 65_535)) return undefined;
  return {
    directive: protocol === "udp" ? "ListenDatagram" : "ListenStream",
    address: host === "" ? port : `${host}:${port}`,
  };
}

function isOwnPath(path: string): boolean {
  const parts = path.split("/").slice(1);
  return /^\/run\/pods(\/[A-Za-z0-9_.-]+){2,}$/.test(path) && !parts.some((part) => /^\.+$/.test(part));
}
