# Functions of container-terminal and container-exec that receive a terminal from crun and copy bytes. Modules would need most
# of the memory. Only Config is used, since the number of one system call depends on the architecture.
use Config;
my $recvmsg = $Config{archname} =~ /^x86_64/ ? 47 : 212;
my ( $af_unix, $stream, $set_flags, $nonblocking, $again ) = ( 1, 1, 4, 04000, 11 );
my ( $set_size, $most ) = ( 0x5414, 1 << 16 );

sub fail {
	print STDERR "unitlet: $_[0]\n";
	exit 125;
}

# The socket is in the working directory, since its path must be short.
sub listen_at {
	my ($name) = @_;
	unlink $name;
	socket( my $socket, $af_unix, $stream, 0 ) or fail("$name: $!");
	bind( $socket, pack 'Sa*x', $af_unix, $name ) && listen( $socket, 16 ) or fail("$name: $!");
	return $socket;
}

# Receives the message of crun to its --console-socket, which has one descriptor.
sub receive_terminal {
	my ($listener) = @_;
	accept( my $peer, $listener ) or fail("accept: $!");
	my ( $text, $control ) = ( "\0" x 4096, "\0" x 24 );
	my $place = pack 'PQ', $text, length $text;
	my $message = pack 'QQPQPQQ', 0, 0, $place, 1, $control, length $control, 0;
	syscall( $recvmsg, fileno $peer, $message, 0 ) > 0 or fail("recvmsg: $!");
	my ( undef, $level, $type, $number ) = unpack 'QLLl', $control;
	$level == 1 && $type == 1 && open( my $terminal, '+<&=', $number ) or fail('crun has sent no terminal');
	# A program that does not read its terminal must not block the output that it writes.
	fcntl $terminal, $set_flags, $nonblocking;
	return $terminal;
}

# A struct winsize: rows, columns, and two unused numbers.
sub set_size {
	my ( $terminal, $size ) = @_;
	ioctl $terminal, $set_size, $size;
}

# Returns all bytes that can be read now: '' for none, undef at the end.
sub take {
	my ($from) = @_;
	my $bytes;
	my $count = sysread $from, $bytes, $most;
	return $count ? $bytes : defined $count || $! != $again ? undef : '';
}

# Returns the bytes that could not be written yet; undef without a reader.
sub give {
	my ( $to, $bytes ) = @_;
	while ( length $bytes ) {
		my $count = syswrite $to, $bytes;
		return $! == $again ? $bytes : undef if !defined $count;
		substr $bytes, 0, $count, '';
	}
	return '';
}

# Waits until some of @sources can be read, and returns these; or until $sink can be written to.
sub wait_for {
	my ( $sink, @sources ) = @_;
	my ( $reading, $writing ) = ( '', '' );
	vec( $reading, fileno $_, 1 ) = 1 for @sources;
	vec( $writing, fileno $sink, 1 ) = 1 if $sink;
	return if select( $reading, $writing, undef, undef ) < 0;
	return grep { vec $reading, fileno $_, 1 } @sources;
}

1;
