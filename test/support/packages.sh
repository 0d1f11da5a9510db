# Installs missing packages of the distribution, once.
# shellcheck shell=sh

# must_be_prepared WHAT: fails within a test, because no test compiles or downloads anything.
must_be_prepared() {
	[ -z "${UNITLET_TEST_PREPARED:-}" ] || die "$1 is missing: the preparation (test/support/prepare.sh) gets it, no test does"
}

# The packages of all tests, as COMMAND:PACKAGE. One list, because concurrent test files must not both call apt-get.
test_packages='/lib/systemd/systemd:systemd systemd-nspawn:systemd-container dbus-daemon:dbus ip:iproute2
	nsenter:util-linux flock:util-linux ps:procps openssl:openssl curl:curl skopeo:skopeo umoci:umoci crun:crun docker-registry:docker-registry busybox:busybox-static xz:xz-utils zstd:zstd setcap:libcap2-bin scmp_sys_resolver:seccomp rpm:rpm
	iptables:iptables ipset:ipset nft:nftables /usr/lib/cni/bridge:containernetworking-plugins'

# The shells whose completion is tested. No machine needs them.
shell_packages='zsh:zsh fish:fish'

ensure_packages() {
	# shellcheck disable=SC2086
	ensure_commands $test_packages $shell_packages
}

# ensure_commands COMMAND:PACKAGE…
ensure_commands() {
	missing=''
	for pair in "$@"; do
		command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
	done
	[ -n "$missing" ] || return 0
	must_be_prepared "a package:$missing"
	[ "$(id -u)" = 0 ] || die "missing packages, and installing them needs root:$missing"
	command -v apt-get >/dev/null || die "missing packages, and there is no apt-get to install them:$missing"
	say "installing$missing (apt-get)"
	apt_log=$(mktemp)
	# shellcheck disable=SC2086
	if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$apt_log" 2>&1 </dev/null; then
		cat "$apt_log" >&2
		rm -f "$apt_log"
		die "apt-get could not install$missing: see above"
	fi
	rm -f "$apt_log"
}
