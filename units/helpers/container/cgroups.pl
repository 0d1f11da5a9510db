# Functions of container-exec and container-join. The program enters the container's cgroups, so that the limits apply to it and it ends
# with the container. The helpers that wait for it stay outside: the container's limits and kills are not for processes of root.

# Opens the list of the cgroups of the process whose /proc directory is the working directory.
sub cgroups_of_process {
	open my $list, '<', 'cgroup' or fail("container not running: $!");
	return $list;
}

# Moves this process into the cgroups of a list.
sub join_cgroups {
	my ($list) = @_;
	my $unified = -d '/sys/fs/cgroup/unified' ? 'unified' : '.';
	my $joined = 0;
	while ( my $line = <$list> ) {
		my ( $controllers, $path ) = $line =~ /^\d+:([^:]*):(.*)$/ or next;
		my $tree = $controllers eq '' ? $unified : $controllers =~ s/^name=//r;
		my $file = "/sys/fs/cgroup/$tree$path/cgroup.procs";
		-e $file or next;
		open my $processes, '>', $file or fail("container not running: $file: $!");
		syswrite $processes, '0' or fail("container not running: $file: $!");
		$joined++;
	}
	# The list of a process that has ended since is empty.
	$joined or fail('container not running');
}

1;
