import type { Node } from "../../support/node.ts";

/** A service of the host for each connection, as a remote login is one. */
const SOCKET = "[Socket]\nListenStream=/run/host-service\nAccept=yes\n";
const SERVICE = "[Service]\nExecStart=/bin/echo hello\nStandardOutput=socket\nCollectMode=inactive-or-failed\n";

/** Connects for as many seconds as its argument says, and prints the milliseconds until each answer. */
const MEASURE = `use strict; use Socket; use Time::HiRes qw(time sleep);
my $end = time + $ARGV[0];
while (time < $end) {
    my $start = time;
    socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
    connect($socket, pack_sockaddr_un("/run/host-service")) or die "connect: $!";
    my $answer = <$socket>;
    die "no answer" unless defined $answer && $answer eq "hello\\n";
    printf "%.1f\\n", 1000 * (time - $start);
    sleep 0.1;
}
`;

/** Milliseconds in which the service of the host answers: half of the requests, and 95 of 100, take no longer. */
export interface AnswerTimes {
  readonly median: number;
  readonly p95: number;
}

export async function installHostService(node: Node): Promise<void> {
  await node.machine.write("/etc/systemd/system/host-service.socket", SOCKET);
  await node.machine.write("/etc/systemd/system/host-service@.service", SERVICE);
  await node.machine.write("/root/measure.pl", MEASURE);
  await node.exec("systemctl daemon-reload && systemctl start host-service.socket");
}

/** Connects again and again for so many seconds. */
export async function answerTimes(node: Node, seconds: number): Promise<AnswerTimes> {
  const { stdout } = await node.machine.exec(["perl", "/root/measure.pl", String(seconds)], { timeout: 120_000 });
  const times = stdout.trim().split("\n").map(Number);
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}
