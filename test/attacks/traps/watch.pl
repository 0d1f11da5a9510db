# watch.pl LOG: writes a line for each time that a canary is opened, read, written, executed, renamed or removed.
my ($log) = @ARGV;
my ( $init, $add ) = ( qx(uname -m) =~ /x86_64/ ) ? ( 294, 254 ) : ( 26, 27 );
my $watch = syscall $init, 0;
for my $path ( '/root/canary', '/root/canary/file', '/root/canary/directory', '/root/canary/directory/file' ) {
	syscall( $add, $watch, "$path", 0xfff ) >= 0 or die "$path: $!";
}
open my $events, '<&=', $watch or die "inotify: $!";
open my $out, '>>', $log or die "$log: $!";
$out->autoflush(1);
print $out "ready\n";
while ( sysread $events, my $bytes, 65536 ) {
	while ( length $bytes ) {
		my ( $number, $mask, undef, $length ) = unpack 'l L L L', $bytes;
		my $name = unpack 'Z*', substr $bytes, 16, $length;
		substr $bytes, 0, 16 + $length, '';
		printf $out "%d %x %s\n", $number, $mask, $name;
	}
}
