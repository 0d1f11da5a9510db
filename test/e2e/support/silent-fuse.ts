import type { Node } from "../../support/node.ts";

/** A FUSE program that answers FUSE_INIT and nothing else: each process that looks at its file system sleeps in the kernel. */
const PROGRAM = `#!/usr/bin/perl
use strict;
use Fcntl;
use POSIX ();
my ( $name, $point, $type ) = ( 'silent', $ARGV[0], 'fuse' );
sysopen my $fuse, '/dev/fuse', O_RDWR or die "/dev/fuse: $!";
my $options = sprintf 'fd=%d,rootmode=40000,user_id=0,group_id=0', fileno $fuse;
my $mount = ( POSIX::uname() )[4] eq 'aarch64' ? 40 : 165;
syscall( $mount, $name, $point, $type, 0, $options ) == 0 or die "mount: $!";
while ( sysread $fuse, my $request, 2**21 ) {
  my ( undef, $operation, $unique ) = unpack 'LLQ', $request;
  next if $operation != 26;
  # struct fuse_init_out of version 7.31: the version, flags, the sizes of requests, and fields that are not used.
  my $answer = pack 'L4 S2 L2 S2 L8', 7, 31, 0, 0, 0, 0, 4096, 1, 0, 0, (0) x 8;
  syswrite $fuse, pack( 'LlQ', 16 + length $answer, 0, $unique ) . $answer;
}
`;

/** Mounts the file system at a path. `end` kills the program and unmounts, as an administrator does who sees that it hangs. */
export async function mountSilentFuse(node: Node, path: string): Promise<{ readonly end: () => Promise<void> }> {
  await node.machine.write("/root/silent-fuse", PROGRAM, 0o755);
  await node.exec(`[ -e /dev/fuse ] || mknod /dev/fuse c 10 229; mkdir -p ${path}`);
  await node.exec(`systemd-run --quiet --collect --unit=silent-fuse /root/silent-fuse ${path}`);
  await node.machine.until(() => node.exec(`grep ' ${path} fuse ' /proc/mounts`), { what: "the file system" });
  return {
    end: async () => {
      await node.exec(`systemctl kill --signal=KILL silent-fuse; umount --lazy ${path}`);
    },
  };
}
