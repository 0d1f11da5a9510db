# Functions of container-run that give a container its mounts. All of them act on descriptors: a mount is made detached, its target
# is opened without following a link, and the one is attached to the other. Constants are those of linux/mount.h and linux/openat2.h.
my ( $path_only, $close_on_exec ) = ( 0x200000, 0x80000 );
my ( $clone, $recursive, $empty_path, $at_no_follow ) = ( 1, 0x8000, 0x1000, 0x100 );
my ( $set_string, $create ) = ( 1, 6 );
my ( $in_root, $no_magic_links, $no_links ) = ( 0x10, 2, 4 );
my ( $missing, $no_change, $loop ) = ( 2, 30, 40 );
my %attribute   = ( ro => 1, nosuid => 2, nodev => 4, noexec => 8 );
my %propagation = ( private => 1 << 18, slave => 1 << 19, shared => 0 );
my $root;

# Returns a detached copy of the mount at a path of the host and, unless `single`, of those below it; undef for a missing optional one.
sub copy_of {
	my ( $path, %is ) = @_;
	my $flags = $clone | $close_on_exec | ( $is{single} ? 0 : $recursive ) | ( $is{nofollow} ? $at_no_follow : 0 );
	my $mount = system_call( 'open_tree', -100, "$path", $flags );
	return $mount if $mount >= 0;
	return if $is{optional} && $! == $missing;
	fail("cannot mount $path: $!");
}

# Sets options of a mount and, with `recursive`, of those below it: ro, nosuid, nodev, noexec, rw, private, slave or shared.
sub set_options {
	my ( $mount, $all, @words ) = @_;
	my ( $set, $clear, $spread ) = ( 0, 0, 0 );
	for my $word (@words) {
		$clear |= $attribute{ro} if $word eq 'rw';
		$set |= $attribute{$word} // 0;
		$spread |= $propagation{$word} // 0;
	}
	my $attributes = pack 'Q4', $set, $clear, $spread, 0;
	my $flags      = $empty_path | ( $all ? $recursive : 0 );
	must( "mount options @words", 'mount_setattr', $mount, my $empty = '', $flags, $attributes, length $attributes );
}

# Returns a new file system that is not mounted yet; undef where the kernel refuses it.
sub new_file_system {
	my ( $type, $words, %options ) = @_;
	my $context = system_call( 'fsopen', "$type", 1 );
	return if $context < 0;
	for my $key ( keys %options ) {
		must( "$type: $key=$options{$key}", 'fsconfig', $context, $set_string, "$key", "$options{$key}", 0 );
	}
	return if system_call( 'fsconfig', $context, $create, 0, 0, 0 ) < 0;
	my $flags = 0;
	$flags |= $attribute{$_} for @$words;
	my $mount = must( "file system $type", 'fsmount', $context, 1, $flags );
	system_call( 'close', $context );
	return $mount;
}

# Opens a path of the container, below this process's root or another. No part of the path may be a link but the last one, which is opened itself.
sub open_below_root {
	my ( $path, $directory ) = @_;
	if ( !$directory && !$root ) { sysopen $root, '/', $path_only | $close_on_exec or fail("/: $!") }
	my $how = pack 'Q3', $path_only | $close_on_exec | no_follow(), 0, $in_root | $no_magic_links | $no_links;
	return system_call( 'openat2', fileno( $directory // $root ), "$path", $how, length $how );
}

# Returns a descriptor of a mount target. A missing one is created where its directory can be written to.
sub open_target {
	my ( $path, $is_directory ) = @_;
	my $target = open_below_root($path);
	return $target if $target >= 0;
	$! == $missing or fail( "mount path $path: " . ( $! == $loop ? 'it leads through a symbolic link' : $! ) );
	my ( $parent, $name ) = $path =~ m{^(.*)/([^/]+)$};
	my $directory = open_target( $parent || '/', 1 );
	my @call = $is_directory ? ( 'mkdirat', $directory, "$name", 0755 ) : ( 'mknodat', $directory, "$name", 0100644, 0 );
	system_call(@call) == 0 or fail( "mount path $path: " . ( $! == $no_change ? 'it is not on the host: create it there, or mount below /run' : $! ) );
	system_call( 'close', $directory );
	$target = open_below_root($path);
	return $target >= 0 ? $target : fail("mount path $path: $!");
}

# Opens a path of the container that must be there.
sub open_present {
	my ($path) = @_;
	my $opened = open_below_root($path);
	return $opened >= 0 ? $opened : fail("$path: $!");
}

# Returns the type of an open file, the upper four bits of its mode, and the numbers of the device that it is.
sub type_of {
	my ($file) = @_;
	my $status = "\0" x 256;
	# The call writes into this text itself, not into a copy.
	syscall( number_of('statx'), $file, my $empty = '', $empty_path, 1, $status ) == 0 or fail("statx: $!");
	my ( $mode, $major, $minor ) = unpack 'x28 S x98 L L', $status;
	return ( $mode >> 12, $major, $minor );
}

sub is_directory { return ( type_of( $_[0] ) )[0] == 4 }

# True for a character device with these numbers.
sub is_device {
	my ( $file, $wanted_major, $wanted_minor ) = @_;
	my ( $type, $major, $minor ) = type_of($file);
	return $type == 2 && $major == $wanted_major && $minor == $wanted_minor;
}

# Attaches a detached mount to a path of the container, which is created as what the mount is.
sub attach {
	my ( $mount, $path ) = @_;
	my $is_directory = is_directory($mount);
	my $target = open_target( $path, $is_directory );
	my $kind = $is_directory ? 'directory' : 'file';
	is_directory($target) == $is_directory or fail("mount path $path: it is a symbolic link or no $kind, as the volume is: use another path");
	must( "mount path $path", 'move_mount', $mount, my $from = '', $target, my $to = '', 0x44 );
	system_call( 'close', $target );
}

1;
