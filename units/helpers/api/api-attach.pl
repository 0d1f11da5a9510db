# Functions of api-helper that connect the port with the standard input or the terminal of a container.

# Copies the connection to the standard input of a container. The container is running before its shell opens the pipe, which
# takes seconds on a busy host. Without a reader after 30 s, or when the container has ended, the input is discarded.
sub give_input {
	my ( $peer, $pod, $name, $unit, $invocation ) = @_;
	my ( $end, $pipe ) = ( time + 30 );
	until ( sysopen $pipe, "$pod/$name", 04001 ) {
		( readlink "/run/systemd/units/invocation:$unit" // '' ) eq $invocation && time < $end or exit;
		select undef, undef, undef, 0.05;
	}
	sysopen my $blocking, "$pod/$name", 1 or exit;
	$SIG{PIPE} = 'DEFAULT';
	open STDIN,  '<&', $peer;
	open STDOUT, '>&', $blocking;
	exec 'cat';
}

# Connects with the process that holds a container's terminal, until one side ends.
sub attach {
	my ( $peer, $pod, $name ) = @_;
	chdir $pod or fail("$pod: $!");
	socket( my $terminal, 1, 1, 0 ) or fail("$pod/$name: $!");
	connect( $terminal, pack 'Sa*x', 1, $name ) or fail("$pod/$name: $!");
	give( $peer, "attached\n" );
	while (1) {
		for my $from ( wait_for( undef, $peer, $terminal ) ) {
			my $bytes = take($from);
			defined $bytes && defined give( $from == $peer ? $terminal : $peer, $bytes ) or exit;
		}
	}
}

1;
