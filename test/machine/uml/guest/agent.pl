#!/usr/bin/perl
# Runs commands in the machine for exec.pl. It is in a network namespace of its own, so nothing that a test does to the network affects it.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use POSIX qw(dup2 setsid);

umask 022;
chdir '/';
$SIG{CHLD} = 'IGNORE';
protect(-1000);
my $listener = IO::Socket::INET->new( LocalPort => 1, Listen => 64, ReuseAddr => 1 ) or die "cannot listen: $@";
while (1) {
    my $client = $listener->accept or next;
    fork or serve($client);
    close $client;
}

# The killer of processes must not take the agent, and must treat its commands as any other.
sub protect {
    my ($adjustment) = @_;
    open my $file, '>', '/proc/self/oom_score_adj' or return;
    print {$file} $adjustment;
    close $file;
}

sub serve {
    my ($client) = @_;
    close $listener;
    $SIG{CHLD} = 'DEFAULT';
    my $length = unpack 'N', receive( $client, 4 );
    my @command = split /\0/, receive( $client, $length ), -1;
    pipe my $in_read,  my $in_write;
    pipe my $out_read, my $out_write;
    pipe my $err_read, my $err_write;
    my $child = fork // exit 1;
    run( [ $in_read, $out_write, $err_write ], @command ) if $child == 0;
    close $_ for $in_read, $out_write, $err_write;
    my $feeder = fork // exit 1;
    feed( $client, $in_write, $out_read, $err_read ) if $feeder == 0;
    close $in_write;
    pass_on( $client, $out_read, $err_read );
    waitpid $child, 0;
    my $code = $? & 127 ? 128 + ( $? & 127 ) : $? >> 8;
    send_piece( $client, 0, $code );
    kill TERM => $feeder;
    exit 0;
}

sub run {
    my ( $ends, @command ) = @_;
    setsid();
    protect(0);
    dup2( fileno $ends->[$_], $_ ) for 0 .. 2;
    exec { $command[0] } @command or print STDERR "$command[0]: $!\n";
    POSIX::_exit(127);
}

sub feed {
    my ( $client, $to, @others ) = @_;
    close $_ for @others;
    local $SIG{PIPE} = 'DEFAULT';
    while ( sysread $client, my $bytes, 65_536 ) { write_all( $to, $bytes ) }
    exit 0;
}

sub pass_on {
    my ( $client, $out, $err ) = @_;
    my $pipes = IO::Select->new( $out, $err );
    while ( $pipes->count ) {
        for my $pipe ( $pipes->can_read ) {
            if ( sysread $pipe, my $bytes, 65_536 ) { send_piece( $client, $pipe == $out ? 1 : 2, $bytes ) }
            else                                    { $pipes->remove($pipe) }
        }
    }
}

sub send_piece {
    my ( $client, $stream, $bytes ) = @_;
    write_all( $client, pack( 'CN', $stream, length $bytes ) . $bytes );
}

sub receive {
    my ( $client, $length ) = @_;
    my $bytes = '';
    while ( length $bytes < $length ) {
        sysread $client, $bytes, $length - length $bytes, length $bytes or exit 1;
    }
    return $bytes;
}

sub write_all {
    my ( $handle, $bytes ) = @_;
    while ( length $bytes ) {
        my $written = syswrite $handle, $bytes or exit 1;
        substr $bytes, 0, $written, '';
    }
}
