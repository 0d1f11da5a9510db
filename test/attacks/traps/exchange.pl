# exchange.pl DIRECTORY: exchanges a link and a directory in a volume without end, by renameat2.
my ($directory) = @ARGV;
chdir $directory or die "$directory: $!";
my $number = ( qx(uname -m) =~ /x86_64/ ) ? 316 : 276;
my ( $one, $other ) = ( 'real', 'link' );
while (1) {
	syscall $number, -100, $one, -100, $other, 2 for 1 .. 1000;
	select undef, undef, undef, 0.01;
}
