# Functions of container-run that make system calls. Perl can make a call only by its number. Calls since Linux 5.1 have the same
# number on every architecture; the numbers of older ones are those of x86-64 and of aarch64 (asm/unistd.h).
my %number = (
	open_tree => 428, move_mount => 429, fsopen => 430, fsconfig => 431, fsmount => 432, openat2 => 437, mount_setattr => 442,
	landlock_create_ruleset => 444, landlock_add_rule => 445, landlock_restrict_self => 446, clone3 => 435, pidfd_open => 434,
);
my %older = (
	unshare => [ 272, 97 ], setns => [ 308, 268 ], clone => [ 56, 220 ], sethostname => [ 170, 161 ],
	mount => [ 165, 40 ], umount2 => [ 166, 39 ], mkdirat => [ 258, 34 ], mknodat => [ 259, 33 ], symlinkat => [ 266, 36 ], statx => [ 332, 291 ], close => [ 3, 57 ], prlimit64 => [ 302, 261 ], prctl => [ 157, 167 ], renameat2 => [ 316, 276 ], ptrace => [ 101, 117 ],
	setgroups => [ 116, 159 ], setresgid => [ 119, 149 ], setresuid => [ 117, 147 ], capset => [ 126, 91 ], setsid => [ 112, 157 ],
	keyctl => [ 250, 219 ],
);
# AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64, and O_NOFOLLOW, by the machine in the ELF header of this program.
my ( $machine, $audit_architecture, $no_follow );

sub use_architecture {
	open my $program, '<', '/proc/self/exe' or fail("/proc/self/exe: $!");
	sysread $program, my $header, 20;
	my %of = ( 62 => [ 0, 0xc000003e, 0x20000 ], 183 => [ 1, 0xc00000b7, 0x8000 ] );
	my $found = $of{ unpack 'x18S', $header } or fail('this processor is not supported');
	( $machine, $audit_architecture, $no_follow ) = @$found;
	$number{$_} = $older{$_}[$machine] for keys %older;
}

sub number_of          { return $number{ $_[0] } }
sub audit_architecture { return $audit_architecture }
sub no_follow          { return $no_follow }

# Makes a system call. Numbers are passed as numbers and text as a pointer; Perl refuses constant text.
sub system_call {
	my ( $name, @arguments ) = @_;
	return syscall $number{$name}, @arguments;
}

# Replaces the session keyring of this process by an empty one (keyctl(2), KEYCTL_JOIN_SESSION_KEYRING). A host that forbids the call
# (EPERM, ENOSYS) forbids it to containers, too.
sub leave_session_keyring {
	return if system_call( 'keyctl', 1, 0 ) >= 0 || $! == 1 || $! == 38;
	fail("session keyring: $!");
}

# Makes a system call that has to succeed.
sub must {
	my ( $what, @call ) = @_;
	my $result = system_call(@call);
	$result >= 0 or fail("$what: $!");
	return $result;
}

1;
