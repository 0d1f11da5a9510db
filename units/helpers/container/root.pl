# Functions of container-run that build the root of a container in a mount namespace: the host's files, read-only, with a /proc, a
# /dev and a /run of its own, without the files that only root of the host may read, and with the mounts of the pod.
my ( $new_mounts, $new_ipc, $new_uts, $open_path ) = ( 0x20000, 0x8000000, 0x4000000, 0x280000 );
my @private = qw(/etc/unitlet /var/lib/unitlet /var/lib/systemd /var/log/journal /root /etc/ssl/private /etc/shadow /etc/shadow-
  /etc/gshadow /etc/gshadow-);
my %device_link = ( fd => '/proc/self/fd', ptmx => 'pts/ptmx', map { ( qw(stdin stdout stderr) )[$_] => "/proc/self/fd/$_" } 0 .. 2 );

sub unshare_namespaces {
	my ($option) = @_;
	my $uts = defined $option->{hostname} ? $new_uts : 0;
	must( 'namespaces', 'unshare', $new_mounts | $uts | ( $option->{'unshare-ipc'} ? $new_ipc : 0 ) );
}

# The kernel looks a parameter up in the namespaces of the process that opens it.
sub set_parameter {
	my ( $path, $value ) = @_;
	open my $file, '>', "/proc/sys/$path" or fail("sysctl $path: $!");
	print $file $value;
	close $file or fail("sysctl $path = $value: $!");
}

# Each mount is a kind, its options, source and target; later ones may lie within earlier ones.
sub build_root {
	my ( $option, $mounts, $hidden, $read_only ) = @_;
	# Mount points get their modes, and the program the umask of the unit.
	my $umask = umask 0;
	# The sources are walked in the host's mounts.
	my @prepared = map { prepare(@$_) } @$mounts;
	my @devices = $option->{'host-devices'} ? () : map { [ $_, copy_of( "/dev/$_", single => 1 ) ] } qw(null zero full random urandom tty);
	my @covers = map { cover_of($_) } @private, host_keys(), @$hidden;
	sysopen my $root, '/', $open_path or fail("/: $!");
	# A mount that the host makes later would be writable here: it is not seen.
	set_options( fileno $root, 1, 'ro', 'private' );
	mount_proc( $option->{'host-proc'}, @$read_only );
	my $own = mount_devices(@devices);
	mount_terminals( $option->{'unshare-ipc'} );
	# A directory that a package's service writes to must not reveal what is hidden below it.
	my ( @above, @others );
	for my $each (@prepared) {
		my $is_above = $each->[3] && grep { index( $_->[1], $each->[1] eq '/' ? '/' : "$each->[1]/" ) == 0 } @covers;
		push @{ $is_above ? \@above : \@others }, $each;
	}
	attach( @$_[ 0, 1 ] ) for @above, @covers, @others;
	# Mount points could not be created in a file system that is read-only.
	set_options( $_, 0, 'ro' ) for $own // (), map { $_->[2] // () } @prepared;
	umask $umask;
	chdir '/' or fail("/: $!");
}

# Returns a mount and its target, and the mount again if it becomes read-only at the end; nothing for a missing optional source.
sub prepare {
	my ( $kind, $words, $source, $target ) = @_;
	my @words = split /,/, $words;
	my %is = map { $_ => 1 } @words;
	if ( $kind eq 'tmpfs' ) {
		my $mount = new_file_system( 'tmpfs', [qw(nosuid nodev)], map { /^(\w+)=(.*)/ ? ( $1, $2 ) : () } @words ) // fail("tmpfs at $target: $!");
		return [ $mount, $target, $is{ro} ? $mount : () ];
	}
	my $mount = copy_of( $source, optional => $is{optional} ) // return;
	set_options( $mount, 1, @words );
	return [ $mount, $target, undef, $is{covered} ];
}

# Returns an empty mount that hides a path, and the path; nothing for a path that the host does not have.
sub cover_of {
	my ($path) = @_;
	# The host may have a link there: what it leads to is covered.
	sysopen my $file, $path, $open_path or return;
	my $place = readlink '/proc/self/fd/' . fileno $file;
	my $mount = -d $file ? new_file_system( 'tmpfs', [qw(ro nosuid nodev noexec)], mode => '0755', size => '4k' ) : copy_of( '/dev/null', single => 1 );
	return [ $mount // fail("tmpfs: $!"), $place ];
}

sub host_keys {
	opendir my $directory, '/etc/ssh' or return;
	return map { "/etc/ssh/$_" } grep { /^ssh_host_.*_key$/ } readdir $directory;
}

# Mounts a /proc in which the container sees only the processes that it could trace. The host's own one remains where the kernel
# does not allow another, as in some containers; then Landlock protects what is secret in it.
sub mount_proc {
	my ( $is_host, @read_only ) = @_;
	my $own = $is_host ? undef : new_file_system( 'proc', [qw(nosuid nodev noexec)], hidepid => 'ptraceable' );
	if   ( defined $own ) { attach( $own, '/proc' ) }
	else                  { set_options( open_present('/proc'), 1, 'rw' ) }
	for my $path (@read_only) {
		my $mount = copy_of( $path, optional => 1, nofollow => 1 ) // next;
		set_options( $mount, 1, 'ro' );
		attach( $mount, $path );
	}
}

# Mounts a /dev with these devices, and returns it; or leaves the host's devices and parameters writable.
sub mount_devices {
	my (@devices) = @_;
	if ( !@devices ) {
		set_options( open_present($_), 1, 'rw' ) for qw(/dev /sys);
		return;
	}
	my $mount = new_file_system( 'tmpfs', [qw(nosuid noexec)], mode => '0755', size => '64k' ) // fail("tmpfs at /dev: $!");
	attach( $mount, '/dev' );
	my $directory = open_present('/dev');
	for my $name ( keys %device_link ) {
		must( "/dev/$name", 'symlinkat', "$device_link{$name}", $directory, "$name" );
	}
	attach( $_->[1], "/dev/$_->[0]" ) for @devices;
	return $mount;
}

# Terminals of the host and of other containers are out of reach.
sub mount_terminals {
	my ($has_messages) = @_;
	my $terminals = new_file_system( 'devpts', [qw(nosuid noexec)], ptmxmode => '0666', mode => '0620', gid => 5 ) // fail("devpts: $!");
	attach( $terminals, '/dev/pts' );
	return if !$has_messages;
	my $messages = new_file_system( 'mqueue', [qw(nosuid nodev noexec)] ) // fail("mqueue: $!");
	attach( $messages, '/dev/mqueue' );
}

sub set_host_name {
	my ($name) = @_;
	must( 'host name', 'sethostname', "$name", length $name );
}

1;
