#!/usr/bin/perl
# exec.pl ADDRESS COMMAND ARGUMENT…: runs a command by the agent of a machine (guest/agent.pl). Passes standard streams and the exit code on.
use strict;
use warnings;
use IO::Socket::INET;

my ( $address, @command ) = @ARGV;
my $agent = IO::Socket::INET->new( PeerAddr => $address, PeerPort => 1, Timeout => 5 )
  or fail("no agent answers at $address: $@");
my $argv = join "\0", @command;
send_all( pack 'N/a*', $argv );

# A process for each direction: one that does both would stop reading while it waits to write.
my $feeder = fork // fail("cannot fork: $!");
if ( $feeder == 0 ) {
    local $SIG{PIPE} = 'IGNORE';
    while ( sysread STDIN, my $bytes, 65_536 ) { send_all($bytes) or last }
    shutdown $agent, 1;
    exit 0;
}
my $code = copy_output();
kill TERM => $feeder;
exit $code;

sub fail {
    print STDERR "exec.pl: @_\n";
    exit 255;
}

sub send_all {
    my ($bytes) = @_;
    while ( length $bytes ) {
        my $sent = syswrite $agent, $bytes or return 0;
        substr $bytes, 0, $sent, '';
    }
    return 1;
}

# Each piece has a stream (1: output, 2: errors, 0: the exit code, the last one), a length and its bytes.
sub copy_output {
    while ( defined( my $head = receive(5) ) ) {
        my ( $stream, $length ) = unpack 'CN', $head;
        my $bytes = receive($length) // last;
        return $bytes if $stream == 0;
        write_all( $stream == 1 ? \*STDOUT : \*STDERR, $bytes );
    }
    fail("the machine ended while it ran: @command");
}

sub receive {
    my ($length) = @_;
    my $bytes = '';
    while ( length $bytes < $length ) {
        sysread $agent, $bytes, $length - length $bytes, length $bytes or return;
    }
    return $bytes;
}

sub write_all {
    my ( $handle, $bytes ) = @_;
    while ( length $bytes ) {
        my $written = syswrite $handle, $bytes or exit 141;
        substr $bytes, 0, $written, '';
    }
}
