#!/bin/sh
# Prints the path of CoreDNS with the plugins of main.go. The first call for each version compiles it, into a cache.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=../support/shell.sh
. "$here/../support/shell.sh"
# shellcheck source=../support/packages.sh
. "$here/../support/packages.sh"
# shellcheck source=../../units/install/path.sh
. "$here/../../units/install/path.sh"
version=$(sed -n 's/^require github.com\/coredns\/coredns \(v[0-9.]*\).*/\1/p' "$here/go.mod")
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/coredns/$version

compile() {
	must_be_prepared CoreDNS
	command -v go >/dev/null || die "Go is missing: CoreDNS is built from source (https://go.dev/dl)"
	say "compiling CoreDNS $version, once (about 2 minutes on two cores)"
	(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$cache/new" .) >"$cache/build.log" 2>&1 9>&- ||
		die "compiling failed: $(tail -n 20 "$cache/build.log")"
	mv "$cache/new" "$cache/coredns"
}

mkdir -p "$cache"
(
	flock 9
	[ -x "$cache/coredns" ] || compile
) 9>"$cache/.lock"
echo "$cache/coredns"
