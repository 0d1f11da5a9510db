import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Node } from "../../support/node.ts";
import { Kubectl } from "./kubectl.ts";

/** A server in Perl that sends all received bytes back and, after the end of the input, their number. */
export const ECHO = `#!/usr/bin/perl
use IO::Socket::IP;
my $listener = IO::Socket::IP->new(LocalHost => $ARGV[0], LocalPort => $ARGV[1], Listen => 128, ReuseAddr => 1) or die;
$SIG{CHLD} = "IGNORE";
while (my $client = $listener->accept) {
  next if fork;
  my $sum = 0;
  while (sysread($client, my $bytes, 65536)) {
    $sum += length $bytes;
    for (my $at = 0; $at < length $bytes; ) { $at += syswrite($client, $bytes, length($bytes) - $at, $at) or exit }
  }
  syswrite($client, ":$sum");
  exit;
}
`;

/** Starts kubectl port-forward. Returns the local ports in the order of `ports`. */
export async function forwarding(
  node: Node,
  ports: readonly string[],
  env: Readonly<Record<string, string>>,
  name = "echo",
) {
  const client = new Kubectl(node, ["port-forward", name, "--address=127.0.0.1", ...ports], { env });
  const said = await client.waitForOutput(new RegExp(`(Forwarding from [^\n]*\n){${ports.length}}`));
  const local = [...said.matchAll(/127\.0\.0\.1:(\d+) -> /g)].map(([, port]) => Number(port));
  return {
    client,
    local,
    [Symbol.asyncDispose]: async () => {
      client.child.kill();
      await client.ended;
    },
  };
}

/** Sends bytes, ends the input, and returns the bytes received until the other side ends. */
export async function exchange(port: number, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  socket.end(bytes);
  return await buffer(socket);
}
