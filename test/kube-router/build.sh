#!/bin/sh
# Prints the directory of kube-router, with the script cni-install of its image. The first call for each version compiles it, into a
# cache.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=../support/shell.sh
. "$here/../support/shell.sh"
# shellcheck source=../support/packages.sh
. "$here/../support/packages.sh"
# shellcheck source=../../units/install/path.sh
. "$here/../../units/install/path.sh"
module=github.com/cloudnativelabs/kube-router/v2
version=$(sed -n 's/^require github.com\/cloudnativelabs\/kube-router\/v2 \(v[0-9.]*\).*/\1/p' "$here/go.mod")
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/kube-router/$version

compile() {
	must_be_prepared kube-router
	command -v go >/dev/null || die "Go is missing: kube-router is built from source (https://go.dev/dl)"
	say "compiling kube-router $version, once (about 2 minutes on two cores)"
	rm -rf "$cache/new"
	mkdir "$cache/new"
	(cd "$here" && compile_all) >"$cache/build.log" 2>&1 9>&- || die "compiling failed: $(tail -n 20 "$cache/build.log")"
	mv "$cache/new" "$cache/bin"
}

compile_all() {
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$cache/new/kube-router" "$module/cmd/kube-router" &&
		install -m 755 "$(go list -m -f '{{.Dir}}' "$module")/build/image-assets/cni-install" "$cache/new/cni-install"
}

mkdir -p "$cache"
(
	flock 9
	[ -d "$cache/bin" ] || compile
) 9>"$cache/.lock"
echo "$cache/bin"
