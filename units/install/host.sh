# The programs that a host must have, and how to install missing ones.
# shellcheck shell=sh disable=SC2154,SC2034

check_host() {
	missing=''
	[ "$(uname -s)" = Linux ] || die "this is $(uname -s): unitlet runs on Linux, with systemd"
	# mount_setattr(2), by which containers on the host's files get their mounts, is as old as this.
	[ "$(printf '%s\n' 5.12 "$(uname -r)" | sort -V | head -n 1)" = 5.12 ] || die "this is Linux $(uname -r): unitlet needs 5.12 or newer"
	case $(uname -m) in
	x86_64 | aarch64) ;;
	*) die "there is no Node 24 for $(uname -m) in the npm registry: unitlet runs on x86_64 and aarch64" ;;
	esac
	[ -z "$DESTDIR" ] || return 0
	[ "$(id -u)" = 0 ] || die "this needs root: sudo $0"
	[ -d /run/systemd/system ] ||
		die "PID 1 is $(cat /proc/1/comm), and unitlet needs systemd there. To look at it in a throwaway machine: $0 --sandbox"
	[ ! -e /usr/lib/unitlet/install/common.sh ] || die "unitlet is installed on this host as a package: upgrade or remove that with apt-get or dnf"
	check_writable
	systemd_version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
	[ "${systemd_version:-0}" -ge 250 ] || die "systemd is $systemd_version: unitlet needs 250 or newer, as in Debian 12 or RHEL 9. Ubuntu 22.04 is too old"
	[ -S /run/dbus/system_bus_socket ] || need "the D-Bus system bus" dbus
	command -v nsenter >/dev/null || need nsenter util-linux
	command -v hostname >/dev/null || need hostname hostname
	[ -x /usr/bin/perl ] || need "perl, which runs helpers of containers" perl-base
	[ "$(config_value watch)" != yes ] || command -v curl >/dev/null || need "curl, for watch = yes" curl
	report_missing
}

check_npm() {
	command -v npm >/dev/null || need "npm, which builds unitlet and installs the Node that it runs on" npm
	report_missing
}

# need WHAT PACKAGE: adds a missing program to the report, with the command that installs its package.
need() {
	missing="$missing
  $1: $(how_to_get "$2")"
}

report_missing() {
	[ -z "$missing" ] || die "this host lacks$missing"
}

# Image-based hosts have read-only directories. test(1) says so even to root.
check_writable() {
	is_writable "$PREFIX" || die "$PREFIX is read-only: choose another place for the programs, such as PREFIX=/opt"
	for directory in /etc/unitlet /etc/systemd/system /etc/systemd /var/lib; do
		is_writable "$directory" || die "$directory is read-only: mount a writable file system there that keeps its files, such as an overlay"
	done
}

# is_writable DIRECTORY: also true for a missing one that can be made.
is_writable() {
	existing=$1
	until [ -e "$existing" ]; do existing=$(dirname "$existing"); done
	[ -w "$existing" ]
}

# Version 2 of Landlock keeps processes from inspecting others (src/model/host/landlock.ts).
say_missing_fence() {
	/usr/bin/perl -e 'exit( syscall( 444, 0, 0, 1 ) < 2 )' ||
		warn "The kernel of this host has no Landlock, so pods that run as root on its files are refused. See: unitlet doctor"
}
