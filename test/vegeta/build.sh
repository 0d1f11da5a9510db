#!/bin/sh
# Prints the path of vegeta, the load generator of `npm run bench`. The first call for each version compiles it, into a cache.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=../support/shell.sh
. "$here/../support/shell.sh"
# shellcheck source=../../units/install/path.sh
. "$here/../../units/install/path.sh"
version=$(sed -n 's/^\(require\)\{0,1\}[[:space:]]*github.com\/tsenart\/vegeta\/v12 \(v[0-9.]*\).*/\2/p' "$here/go.mod")
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/vegeta/$version

compile() {
	command -v go >/dev/null || die "Go is missing: vegeta is built from source (https://go.dev/dl)"
	say "compiling vegeta $version, once (about half a minute on two cores)"
	(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$cache/new/" github.com/tsenart/vegeta/v12) >"$cache/build.log" 2>&1 9>&- ||
		die "compiling failed: $(tail -n 20 "$cache/build.log")"
	mv "$cache/new/vegeta" "$cache/vegeta"
	rmdir "$cache/new"
}

mkdir -p "$cache"
(
	flock 9
	[ -x "$cache/vegeta" ] || compile
) 9>"$cache/.lock"
echo "$cache/vegeta"
