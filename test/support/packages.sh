# Installs what is missing from the distribution, once.
# shellcheck shell=sh

# One list for all tests, as COMMAND:PACKAGE: two files that start side by side must not both call apt-get.
test_packages='/lib/systemd/systemd:systemd systemd-nspawn:systemd-container dbus-daemon:dbus ip:iproute2
	nsenter:util-linux flock:util-linux ps:procps openssl:openssl curl:curl skopeo:skopeo umoci:umoci crun:crun docker-registry:docker-registry busybox:busybox-static xz:xz-utils zstd:zstd setcap:libcap2-bin'

ensure_packages() {
	missing=''
	for pair in $test_packages; do
		command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
	done
	[ -n "$missing" ] || return 0
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
