import type { Machine } from "../../support/machine.ts";

/** A node, or another host in a machine. */
interface Host {
  readonly machine: Machine;
}

/** A web server, as a package or Ansible installs one. It answers with its PID, and exits with the number of /exit/NUMBER. */
const PROGRAM = `use strict; use Socket; $| = 1;
my $port = shift;
socket(my $server, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1);
bind($server, sockaddr_in($port, INADDR_ANY)) or die "bind: $!";
listen($server, 5);
print "hello listens with PID $$\\n";
while (accept(my $client, $server)) {
    my $line = <$client> // '';
    my ($path) = $line =~ m{^GET (\\S+)};
    while (defined(my $header = <$client>)) { last if $header =~ m{^\\r?$} }
    my $code = -e "/run/hello-$port-fails" ? 500 : 200;
    print $client "HTTP/1.0 $code OK\\r\\nContent-Length: " . length("$$") . "\\r\\n\\r\\n$$";
    close $client;
    exit $1 if ($path // '') =~ m{^/exit/(\\d+)$};
}
`;

/** Installs and starts the service NAME.service at a port. */
export async function installHello({ machine }: Host, name: string, port: number, lines = ""): Promise<void> {
  await machine.write("/usr/local/bin/hello.pl", PROGRAM);
  await machine.write(
    `/etc/systemd/system/${name}.service`,
    `[Unit]\nDescription=Hello\n\n[Service]\nExecStart=/usr/bin/perl /usr/local/bin/hello.pl ${port}\n${lines}\n[Install]\nWantedBy=multi-user.target\n`,
  );
  await machine.exec(`systemctl daemon-reload && systemctl enable --now ${name}.service`);
}

/** Returns a property of a unit of the host. */
export async function property({ machine }: Host, unit: string, name: string): Promise<string> {
  return (await machine.exec(["systemctl", "show", "--value", "--property", name, unit])).stdout.trim();
}
