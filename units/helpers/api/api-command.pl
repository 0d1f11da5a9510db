# Functions of api-helper that run a program in a container for the port. The program gets named pipes, as it may open
# /dev/stdout, or a terminal. The port has the other ends of the pipes. The connection has the rest: sizes of the port's terminal
# and the exit status. Modules would cost more time than all of it.
my ( $unlock, $get_number, $pidfd_open, $read_write, $no_terminal ) = ( 0x40045431, 0x80045430, 434, 2, 0400 );

# run_command PEER DIRECTORY STREAMS SIZE PROGRAM…: STREAMS has a true value for each of i, o, e that is a pipe. SIZE has
# the columns and rows of a terminal, both 0 for an unknown size; it is empty for no terminal.
sub run_command {
	my ( $peer, $directory, $streams, $size, @command ) = @_;
	my %pipes = make_pipes( $peer, "$directory/exec.$$", grep { $streams->{$_} } 'i', 'o', 'e' );
	my ( $terminal, $line ) = @$size ? open_terminal(@$size) : ();
	my $child = start( [ $line ? ($line) x 3 : @pipes{ 'i', 'o', 'e' } ], $line ? qw(setsid --ctty) : 'setsid', @command );
	ref $child and return give( $peer, "failed $$child\n" );
	close $line if $line;
	# Only the program has them now, so their ends are those of the program.
	%pipes = () if !$terminal;
	my $status = attend( $peer, $child, $terminal, @pipes{ 'i', 'o' } );
	if ( !defined $status ) {
		give( $peer, "exited 137\n" );
		return end_session( $child, $terminal );
	}
	give( $peer, 'exited ' . ( $status & 127 ? 128 + ( $status & 127 ) : $status >> 8 ) . "\n" );
}

# Returns the program's ends of new pipes, after the port has opened the others. Their names are removed.
sub make_pipes {
	my ( $peer, $place, @names ) = @_;
	my $remove = sub { unlink map { "$place/$_" } 'i', 'o', 'e'; rmdir $place };
	$remove->();
	mkdir $place, 0700 or fail("$place: $!");
	@names == 0 or system( 'mkfifo', '--mode=666', map { "$place/$_" } @names ) == 0 or fail('mkfifo has failed');
	my ( %given, @both );
	for my $name (@names) {
		# With this one open, no side waits for the other.
		sysopen my $both, "$place/$name", $read_write or fail("$place/$name: $!");
		sysopen $given{$name}, "$place/$name", $name eq 'i' ? 0 : 1 or fail("$place/$name: $!");
		push @both, $both;
	}
	give( $peer, "pipes $place\n" );
	my $reply = read_line($peer) // '';
	$remove->();
	$reply eq 'start' or exit;
	return %given;
}

# Returns both ends of a new terminal.
sub open_terminal {
	my ( $columns, $rows ) = @_;
	my $number = pack 'i', 0;
	open my $terminal, '+<', '/dev/ptmx' or fail("/dev/ptmx: $!");
	ioctl( $terminal, $unlock, $number ) && ioctl( $terminal, $get_number, $number ) or fail("/dev/ptmx: $!");
	set_size( $terminal, pack 'S4', $rows, $columns, 0, 0 ) if $columns;
	my $path = '/dev/pts/' . unpack 'i', $number;
	sysopen my $line, $path, $read_write | $no_terminal or fail("$path: $!");
	set_nonblocking($terminal);
	return ( $terminal, $line );
}

# Starts a program with these standard streams, /dev/null for an absent one. Returns its PID, or a reference to the reason why
# the kernel cannot execute it.
sub start {
	my ( $streams, @command ) = @_;
	pipe( my $result, my $failure ) or fail("pipe: $!");
	my $child = fork;
	defined $child or fail("fork: $!");
	if ( !$child ) {
		$SIG{PIPE} = 'DEFAULT';
		$ENV{TERM} = 'xterm' if @$streams && $command[1] eq '--ctty';
		my @modes = ( '<', '>', '>' );
		for my $handle ( *STDIN, *STDOUT, *STDERR ) {
			my ( $mode, $stream ) = ( shift @modes, shift @$streams );
			$stream ? open $handle, "$mode&", $stream : open $handle, $mode, '/dev/null';
		}
		exec { $command[0] } @command or syswrite $failure, "$!";
		exit 125;
	}
	close $failure;
	my $reason;
	return sysread( $result, $reason, 1000 ) ? \$reason : $child;
}

# Carries the bytes of a terminal and sets its sizes until the program has ended. Returns its wait status; undef when the
# port has closed the connection, which hangs up the terminal.
sub attend {
	my ( $peer, $child, $terminal, $input, $output ) = @_;
	my $number = syscall $pidfd_open, $child, 0;
	open( my $over, '<&=', $number ) or fail("pidfd_open: $!");
	my ( $screen, $typed, $text ) = ( $terminal, '', '' );
	while (1) {
		my @sources = ( $over, $peer, $screen || (), $input && $typed eq '' ? $input : () );
		my %is_ready = map { $_ => 1 } wait_for( $typed ne '' && $terminal, @sources );
		my $is_over = $is_ready{$over};
		$screen = show_output( $screen, $output, $is_over ) if $screen && ( $is_over || $is_ready{$screen} );
		if ($is_over) { waitpid $child, 0; return $? }
		if ( $is_ready{$peer} ) {
			$text .= take($peer) // return;
			while ( $text =~ s/^(.*)\n// ) {
				set_size( $terminal, pack 'S4', $2, $1, 0, 0 ) if $terminal && $1 =~ /^size (\d{1,5}) (\d{1,5})$/;
			}
		}
		if ( $input && $is_ready{$input} ) {
			# The end of the input is ^D on a terminal.
			$typed = take($input) // do { undef $input; "\cD" };
		}
		$typed = give( $terminal, $typed ) // '' if $typed ne '';
	}
}

# Copies some of the output, or all of it. Returns the terminal if more may come.
sub show_output {
	my ( $terminal, $output, $all ) = @_;
	my $bytes;
	do {
		$bytes = take($terminal) // return;
		give( $output, $bytes );
	} while $all && $bytes ne '';
	return $terminal;
}

# Sends HUP to a program and to all processes that it has started, and KILL half a second later. The terminal is hung up after
# all of them are known, since those that end leave others without a parent.
sub end_session {
	my ( $leader, $terminal ) = @_;
	my %sessions = ( $leader => 1 );
	signal_all( 'HUP', $leader, \%sessions );
	close $terminal if $terminal;
	select undef, undef, undef, 0.5;
	signal_all( 'KILL', $leader, \%sessions );
}

# Signals the members of the sessions and their descendants, which may have sessions of their own (crun creates one). Those
# sessions are added, because a process loses its ancestors when its parent ends.
sub signal_all {
	my ( $signal, $leader, $sessions ) = @_;
	my %processes = all_processes();
	my $own       = $processes{$$}[1];
	my ( $before, %members ) = (-1);
	while ( $before < keys %members ) {
		$before = keys %members;
		for my $pid ( keys %processes ) {
			my ( $parent, $session ) = @{ $processes{$pid} };
			next if $pid != $leader && !$sessions->{$session} && !$members{$parent};
			$members{$pid} = 1;
			$sessions->{$session} = 1 if $session != $own;
		}
	}
	kill $signal, keys %members;
}

# Returns the parent and the session of each process. A program's name, in parentheses, may have any character.
sub all_processes {
	opendir my $list, '/proc' or fail("/proc: $!");
	# A name may have line breaks, too.
	local $/;
	my %processes;
	for my $pid ( grep { /^\d+$/ } readdir $list ) {
		open my $file, '<', "/proc/$pid/stat" or next;
		$processes{$pid} = [ $1, $2 ] if ( <$file> // '' ) =~ /^.*\) \S (\d+) \d+ (\d+) /s;
	}
	return %processes;
}

1;
