# Functions of container-run that take rights from the process: a Landlock domain, a system call filter, capabilities and the user.
# Constants are those of linux/landlock.h, linux/filter.h, linux/prctl.h and linux/capability.h.
my @capability = qw(chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service
  net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot
  sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog
  wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore);
my ( $set_death_signal, $set_keep_caps, $set_no_new_privs, $set_seccomp, $drop_bound, $ambient ) = ( 1, 8, 38, 22, 24, 47 );

# Puts the process and its children, as any user, into a Landlock domain: they cannot trace or signal a process outside of it, or
# connect to its abstract unix sockets. Nothing else is forbidden. A kernel without Landlock has no domains.
sub enter_domain {
	my $abi = system_call( 'landlock_create_ruleset', 0, 0, 1 );
	return if $abi < 2;
	# LANDLOCK_ACCESS_FS_REFER: a ruleset has to handle some access, and the rule allows this one again.
	my $refer = 1 << 13;
	my $attributes = pack $abi >= 6 ? 'QQQ' : $abi >= 4 ? 'QQ' : 'Q', $refer, 0, 3;
	my $ruleset = must( 'Landlock', 'landlock_create_ruleset', $attributes, length $attributes, 0 );
	sysopen my $directory, '/', 0 or fail("/: $!");
	my $rule = pack 'Ql', $refer, fileno $directory;
	must( 'Landlock', 'landlock_add_rule', $ruleset, 1, $rule, 0 );
	must( 'Landlock', 'landlock_restrict_self', $ruleset, 0 );
}

# Forbids to change the limits of another process, which Landlock allows for processes of the same user. The kernel has the
# process 0 for the caller; a test without new limits is allowed.
sub keep_to_own_limits {
	my ( $load, $equals, $return ) = ( 0x20, 0x15, 0x06 );
	# The number for 32-bit programs: of i386, or of arm.
	my $other = audit_architecture() == 0xc000003e ? 340 : 369;
	# Offsets in struct seccomp_data: 0 is the number, 4 the architecture, 16 the first argument, 32 and 36 the third.
	my @filter = (
		[ $load, 0, 0, 4 ],  [ $equals, 2, 0, audit_architecture() ],
		[ $load, 0, 0, 0 ],  [ $equals, 2, 8, $other ],
		[ $load, 0, 0, 0 ],  [ $equals, 0, 6, number_of('prlimit64') ],
		[ $load, 0, 0, 16 ], [ $equals, 4, 0, 0 ],
		[ $load, 0, 0, 32 ], [ $equals, 0, 3, 0 ],
		[ $load, 0, 0, 36 ], [ $equals, 0, 1, 0 ],
		[ $return, 0, 0, 0x7fff0000 ], [ $return, 0, 0, 0x50001 ],
	);
	set_filter( join '', map { pack 'SCCL', @$_ } @filter );
}

# Forbids the system calls for mounts and namespaces, which SystemCallFilter= of the unit allows for this program alone.
sub forbid_namespaces {
	my @calls = map { number_of($_) } qw(open_tree move_mount fsopen fsconfig fsmount mount_setattr setns);
	my ( $load, $equals, $any_bit, $return ) = ( 0x20, 0x15, 0x45, 0x06 );
	# Offsets in struct seccomp_data: 0 is the number, 4 the architecture, 16 the first argument.
	my @filter = ( [ $load, 0, 0, 4 ], [ $equals, 1, 0, audit_architecture() ], [ $return, 0, 0, 0x50001 ], [ $load, 0, 0, 0 ] );
	my @tests = ( map( { [ $_, 'deny' ] } @calls ), [ number_of('clone3'), 'absent' ], map { [ number_of($_), 'flags' ] } qw(unshare clone) );
	# After the tests: allow, deny with EPERM, absent with ENOSYS, the test of the flags.
	my %place = ( allow => 0, deny => 1, absent => 2, flags => 3 );
	while ( my ( $at, $test ) = each @tests ) {
		push @filter, [ $equals, $#tests - $at + $place{ $test->[1] }, 0, $test->[0] ];
	}
	push @filter, [ $return, 0, 0, 0x7fff0000 ], [ $return, 0, 0, 0x50001 ], [ $return, 0, 0, 0x50026 ];
	# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
	push @filter, [ $load, 0, 0, 16 ], [ $any_bit, 0, 1, 0x7e020080 ], [ $return, 0, 0, 0x50001 ], [ $return, 0, 0, 0x7fff0000 ];
	set_filter( join '', map { pack 'SCCL', @$_ } @filter );
}

# Installs a system call filter, instructions of struct sock_filter. They stay in memory until then.
sub set_filter {
	my ($instructions) = @_;
	my $program = pack 'Sx6P', length($instructions) / 8, $instructions;
	must( 'system call filter', 'prctl', $set_seccomp, 2, $program, 0, 0 );
}

# Keeps only the capabilities of a list such as chown,kill, and drops the inheritable ones.
sub bound_capabilities {
	my ($list) = @_;
	my %kept = map { $_ => 1 } split /,/, $list;
	for my $number ( 0 .. 63 ) {
		next if $kept{ $capability[$number] // '' };
		last if system_call( 'prctl', $drop_bound, $number, 0, 0, 0 ) < 0;
	}
}

# Sets user and groups, and the ambient capabilities of a user other than root.
sub become {
	my ( $uid, $gid, $groups, @ambient ) = @_;
	my $list = pack 'L*', @$groups;
	must( 'groups', 'setgroups', scalar @$groups, $list );
	must( 'group',  'setresgid', $gid, $gid, $gid );
	must( 'keep capabilities', 'prctl', $set_keep_caps, 1, 0, 0, 0 ) if @ambient;
	must( 'user', 'setresuid', $uid, $uid, $uid );
	raise_ambient(@ambient) if @ambient;
}

sub raise_ambient {
	my @numbers = map { my $name = $_; grep { $capability[$_] eq $name } 0 .. $#capability } @_;
	my @masks = ( 0, 0 );
	$masks[ $_ >> 5 ] |= 1 << ( $_ & 31 ) for @numbers;
	set_capabilities( @masks, @masks );
	must( "capability $capability[$_]", 'prctl', $ambient, 2, $_, 0, 0 ) for @numbers;
}

# Sets the effective and permitted, and the inheritable capabilities: two words of 32 bits each.
sub set_capabilities {
	my ( $low, $high, $inherited_low, $inherited_high ) = @_;
	my $header = pack 'Ll', 0x20080522, 0;
	my $data = pack 'L6', $low, $low, $inherited_low, $high, $high, $inherited_high;
	must( 'capabilities', 'capset', $header, $data );
}

# Takes all rights that the options do not leave to the container. The keys of %option are the options of container-run.
sub drop_rights {
	my (%option) = @_;
	enter_domain() if $option{landlock};
	keep_to_own_limits() if $option{landlock};
	forbid_namespaces() if $option{'forbid-namespaces'};
	bound_capabilities( $option{'bounding-set'} ) if defined $option{'bounding-set'};
	forbid_new_privileges() if $option{'no-new-privs'};
	my @groups = map { $_ + 0 } split /,/, $option{groups} // '';
	become( $option{reuid} + 0, $option{regid} + 0, \@groups, split /,/, $option{'ambient-caps'} // '' );
}

# The kernel sets the profile when this process executes the program.
sub write_profile {
	my ($profile) = @_;
	my ($path) = grep { -e } '/proc/self/attr/apparmor/exec', '/proc/self/attr/exec';
	open my $file, '>', $path // '' or fail("AppArmor profile $profile: this host has no AppArmor");
	syswrite( $file, "exec $profile" ) or fail("AppArmor profile $profile: $!");
}

sub forbid_new_privileges { must( 'no_new_privs', 'prctl', $set_no_new_privs, 1, 0, 0, 0 ) }
sub die_with_parent { must( 'parent death signal', 'prctl', $set_death_signal, 9, 0, 0, 0 ) }

1;
