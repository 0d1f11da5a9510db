# measure.pl COUNT BEFORE PROGRAM ARGUMENT…: runs a program so many times, BEFORE (a shell script) ahead of each, and prints
# a line a run: wall time (µs), CPU time (µs), peak memory (KiB), bytes received and sent over the network. It measures from
# outside, so nothing is added to what is measured, and how a process starts and ends counts.
use strict;
use warnings;
use POSIX ();
use Time::HiRes ();

# Perl has no wait4().
my %numbers = (x86_64 => 61, aarch64 => 260);
my $wait4 = $numbers{(POSIX::uname())[4]} or die "measure.pl: no number of wait4 for this processor\n";
my ($count, $before, @command) = @ARGV;

# The command sees the variables that it is given here, and no others.
my %environment = (PATH => $ENV{PATH});
while ($command[0] =~ /^([A-Za-z_]+)=(.*)/) { $environment{$1} = $2; shift @command }

sub traffic {
	open my $devices, '<', '/proc/net/dev' or die "measure.pl: /proc/net/dev: $!\n";
	my ($received, $sent) = (0, 0);
	while (<$devices>) {
		next unless /^\s*(\S+):\s*(.*)/ && $1 ne 'lo';
		my @fields = split ' ', $2;
		$received += $fields[0];
		$sent += $fields[8];
	}
	return ($received, $sent);
}

for (1 .. $count) {
	system('/bin/sh', '-c', $before) == 0 or die "measure.pl: cannot prepare the run: $before\n" if $before ne '';
	my ($received, $sent) = traffic();
	my $start = Time::HiRes::time();
	my $pid = fork // die "measure.pl: fork: $!\n";
	if ($pid == 0) {
		%ENV = %environment;
		open STDOUT, '>', '/dev/null';
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	my ($status, $usage) = ("\0" x 8, "\0" x 256);
	syscall($wait4, $pid, $status, 0, $usage) == $pid or die "measure.pl: wait4: $!\n";
	my $wall = Time::HiRes::time() - $start;
	my $code = unpack 'l', $status;
	$code == 0 or die "measure.pl: wait status $code: @command\n";
	my ($user, $user_us, $system, $system_us, $peak) = unpack 'q5', $usage;
	my @after = traffic();
	printf "%d %d %d %d %d\n", $wall * 1e6, ($user + $system) * 1e6 + $user_us + $system_us, $peak,
		$after[0] - $received, $after[1] - $sent;
}
