# The archive of Debian that this host uses, and packages of its suite testing.
# shellcheck shell=sh disable=SC2034

cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/machine
uml_packages='mmdebstrap:mmdebstrap patchelf:patchelf xz:xz-utils mke2fs:e2fsprogs depmod:kmod'

# Prints the URL of the archive: UNITLET_TEST_MIRROR, or what this host's apt is configured with.
debian_mirror() {
	[ -z "${UNITLET_TEST_MIRROR:-}" ] || { echo "$UNITLET_TEST_MIRROR"; return; }
	found=$(known_mirror)
	# On a fresh host apt does not know yet what its sources are.
	[ -n "$found" ] || { apt-get update -qq >&2 || :; found=$(known_mirror); }
	[ -n "$found" ] || die "apt on this host has no archive of Debian: set UNITLET_TEST_MIRROR to the URL of one, and install debian-archive-keyring"
	echo "$found"
}

known_mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | grep '/debian/*$' | head -n 1
}

# apt with nothing but testing, and state of its own. The copy of an archive may be old, so its date is not checked.
apt_testing() {
	mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian_mirror) testing main" >"$cache/apt/sources.list"
	program=$1
	shift
	"$program" -q -o Dir::Etc::SourceList="$cache/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$cache/apt/lists" -o Dir::Cache="$cache/apt" -o Dir::State::status=/dev/null \
		-o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root "$@"
}

# fetch_testing PACKAGE…: unpacks each into a directory of its name. No maintainer script runs.
fetch_testing() {
	apt_testing apt-get update >"$cache/apt.log" 2>&1 || die "apt-get update failed: $(tail -n 20 "$cache/apt.log")"
	for package in "$@"; do
		apt_testing apt-get download "$package" >"$cache/apt.log" 2>&1 </dev/null || die "cannot download $package: $(tail -n 20 "$cache/apt.log")"
		mkdir "$package"
		dpkg-deb -x "$package"_*.deb "$package"
		rm -f "$package"_*.deb
	done
}
