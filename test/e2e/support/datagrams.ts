import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A server in Perl that sends each datagram back, by IPv4 and IPv6. */
export const DATAGRAM_ECHO = `#!/usr/bin/perl
use IO::Socket::IP;
my $socket = IO::Socket::IP->new(LocalHost => "::", LocalPort => $ARGV[0], Proto => "udp", V6Only => 0) or die "$@";
while (defined(my $peer = recv($socket, my $bytes, 65536, 0))) { send($socket, $bytes, 0, $peer) }
`;

/** Sends a datagram over IPv4, and returns the answer. Throws without one of that address and port after 2 s. */
export async function datagramAnswer(address: string, port: number, text: string): Promise<string> {
  const socket = createSocket("udp4");
  try {
    socket.connect(port, address);
    await once(socket, "connect");
    socket.send(text);
    const [answer] = await once(socket, "message", { signal: AbortSignal.timeout(2000) });
    return String(answer);
  } finally {
    socket.close();
  }
}
