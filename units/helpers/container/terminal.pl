# Functions of container-terminal, container-exec and container-join that receive a terminal from crun and copy bytes. Modules would need most
# of the memory. Only Config is used, since the number of one system call depends on the architecture.
use Config;
my $recvmsg = $Config{archname} =~ /^x86_64/ ? 47 : 212;
my ( $af_unix, $stream, $set_flags, $nonblocking, $again ) = ( 1, 1, 4, 04000, 11 );
my ( $get_modes, $set_modes, $get_size, $set_size, $most ) = ( 0x5401, 0x5402, 0x5413, 0x5414, 1 << 16 );

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
	set_nonblocking($terminal);
	return $terminal;
}

# A program that does not read its terminal must not block the output that it writes.
sub set_nonblocking { fcntl $_[0], $set_flags, $nonblocking }

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

# Carries bytes until the command has ended. The caller's terminal is raw; the container's does the line editing.
sub show {
	my ( $terminal, $over ) = @_;
	my $resize = sub {
		my $size = "\0" x 8;
		ioctl STDIN, $get_size, $size and $terminal and set_size( $terminal, $size );
	};
	$resize->();
	$SIG{WINCH} = $resize;
	my $modes = "\0" x 64;
	my $is_window = ioctl STDIN, $get_modes, $modes;
	ioctl STDIN, $set_modes, raw($modes) if $is_window;
	my ( $input, $typed, $ended ) = ( \*STDIN, '', 0 );
	while ( !$ended ) {
		my @sources = ( $over, $terminal || (), $input && $typed eq '' ? $input : () );
		my @ready = wait_for( $typed ne '' && $terminal, @sources );
		$ended = grep { $_ == $over } @ready;
		$terminal = carry( $terminal, $ended ) if $terminal && ( $ended || grep { $_ == $terminal } @ready );
		if ( $input && grep { $_ == $input } @ready ) {
			$typed = take($input);
			( $input, $typed ) = ( undef, '' ) if !defined $typed;
		}
		$typed = $terminal ? give( $terminal, $typed ) // '' : '';
	}
	ioctl STDIN, $set_modes, $modes if $is_window;
}

# Copies some of the output, or all of it. Returns the terminal if more may come.
sub carry {
	my ( $terminal, $all ) = @_;
	my $bytes;
	do {
		$bytes = take($terminal);
		return if !defined $bytes;
		give( \*STDOUT, $bytes );
	} while $all && $bytes ne '';
	return $terminal;
}

# Sets the flags of cfmakeraw(3).
sub raw {
	my ( $in, $out, $control, $local, $line, @keys ) = unpack 'L4CC*', $_[0];
	@keys[ 5, 6 ] = ( 0, 1 );
	return pack 'L4CC*', $in & ~0x5eb, $out & ~1, $control & ~0x130 | 0x30, $local & ~0x804b, $line, @keys;
}

1;
