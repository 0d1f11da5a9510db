#!/bin/sh
# Prints the directory of flannel's programs: flanneld, install-conf and the CNI plugin flannel. The first call for each version
# compiles them, into a cache.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=../support/shell.sh
. "$here/../support/shell.sh"
# shellcheck source=../support/packages.sh
. "$here/../support/packages.sh"
# shellcheck source=../../units/install/path.sh
. "$here/../../units/install/path.sh"
module=github.com/flannel-io/flannel
version=$(sed -n 's/^[[:space:]]*github.com\/flannel-io\/flannel \(v[0-9.]*\).*/\1/p' "$here/go.mod")
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/flannel/$version

compile() {
	must_be_prepared flannel
	command -v go >/dev/null || die "Go is missing: flannel is built from source (https://go.dev/dl)"
	say "compiling flannel $version, once (about 1 minute on two cores)"
	rm -rf "$cache/new" "$cache/source"
	mkdir "$cache/new" "$cache/source"
	(compile_all) >"$cache/build.log" 2>&1 9>&- || die "compiling failed: $(tail -n 20 "$cache/build.log")"
	rm -rf "$cache/source"
	mv "$cache/new" "$cache/bin"
}

compile_all() {
	cd "$here/plugin"
	go_build "$cache/new/flannel" github.com/containernetworking/plugins/plugins/meta/flannel
	cp "$here/go.mod" "$here/go.sum" "$cache/source"
	cd "$cache/source"
	go mod download "$module"
	# The back end udp needs a C compiler, and the one of Tencent a module that the proxy of Go does not have.
	sed '/pkg\/backend\/\(udp\|tencentvpc\)"/d' "$(go list -m -f '{{.Dir}}' "$module")/main.go" >main.go
	go_build "$cache/new/flanneld" .
	go_build "$cache/new/install-conf" "$module/cmd/install_conf"
}

go_build() {
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$1" "$2"
}

mkdir -p "$cache"
(
	flock 9
	[ -d "$cache/bin" ] || compile
) 9>"$cache/.lock"
echo "$cache/bin"
