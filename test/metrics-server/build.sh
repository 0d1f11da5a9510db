#!/bin/sh
# Prints the path of the real metrics-server. The first call for each version compiles it, into a cache.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=../support/shell.sh
. "$here/../support/shell.sh"
# shellcheck source=../support/packages.sh
. "$here/../support/packages.sh"
# shellcheck source=../../units/install/path.sh
. "$here/../../units/install/path.sh"
version=$(sed -n 's/^[[:space:]]*sigs.k8s.io\/metrics-server \(v[0-9.]*\).*/\1/p' "$here/go.mod")
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/metrics-server/$version

compile() {
	must_be_prepared metrics-server
	command -v go >/dev/null || die "Go is missing: metrics-server is built from source (https://go.dev/dl)"
	say "compiling metrics-server $version, once (about 2 minutes on two cores)"
	(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$cache/new/" sigs.k8s.io/metrics-server/cmd/metrics-server) >"$cache/build.log" 2>&1 9>&- ||
		die "compiling failed: $(tail -n 20 "$cache/build.log")"
	mv "$cache/new/metrics-server" "$cache/metrics-server"
	rmdir "$cache/new"
}

mkdir -p "$cache"
(
	flock 9
	[ -x "$cache/metrics-server" ] || compile
) 9>"$cache/.lock"
echo "$cache/metrics-server"
