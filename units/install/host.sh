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

how_to_get() {
	distribution=$(sed -n 's/^ID\(_LIKE\)\?=//p' /etc/os-release 2>/dev/null | tr -d '"' | tr '\n' ' ')
	case " $distribution " in
	*" debian "* | *" ubuntu "*) echo "apt-get install $1" ;;
	*" fedora "* | *" rhel "*) echo "dnf install $(echo "$1" | sed 's/^dbus$/dbus-broker/; s/^perl-base$/perl-interpreter/; s/^npm$/nodejs-npm/')" ;;
	*" suse "* | *" opensuse "*) echo "zypper install $(echo "$1" | sed 's/^npm$/npm-default/; s/^dbus$/dbus-1/')" ;;
	*" arch "*) echo "pacman -S $(echo "$1" | sed 's/^hostname$/inetutils/; s/-base$//')" ;;
	*) echo "install the package $1 (or what your distribution calls it)" ;;
	esac
}

install_image_tools() {
	distribution=$(sed -n 's/^ID\(_LIKE\)\?=//p' /etc/os-release | tr -d '"' | tr '\n' ' ')
	case " $distribution " in
	*" debian "* | *" ubuntu "*) apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends skopeo umoci crun </dev/null ;;
	*" fedora "* | *" rhel "*) dnf install -y -q skopeo umoci crun ;;
	*" suse "* | *" opensuse "*) zypper --non-interactive install skopeo umoci crun ;;
	*" arch "*) pacman -S --noconfirm skopeo umoci crun ;;
	*) die "--with-images: install.sh does not know this distribution. Install skopeo, umoci and crun by hand" ;;
	esac
}

# Only images of registries need these tools.
say_missing_image_tools() {
	missing_tools=''
	for tool in skopeo umoci crun; do
		command -v "$tool" >/dev/null || missing_tools="$missing_tools${missing_tools:+, }$tool"
	done
	[ -z "$missing_tools" ] || say "To pull images of registries, this host also needs $missing_tools: $0 --with-images"
}
