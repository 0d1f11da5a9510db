#!/bin/sh
# Prints the directory of a kubelet and its runtime, for the bench: kubelet, containerd, its shim, ctr and runc. The first call
# compiles the kubelet and fetches the packages of the distribution, into a cache.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=../support/shell.sh
. "$here/../support/shell.sh"
# shellcheck source=../support/packages.sh
. "$here/../support/packages.sh"
version=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes \(v[0-9.]*\).*/\1/p' "$here/go.mod")
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/kubelet/$version

compile() {
	must_be_prepared "the kubelet"
	command -v go >/dev/null || die "Go is missing: the kubelet is built from source (https://go.dev/dl)"
	say "compiling the kubelet $version, once (about 5 minutes on two cores)"
	rm -rf "$cache/new"
	mkdir "$cache/new"
	(compile_kubelet && fetch_runtime) >"$cache/build.log" 2>&1 9>&- || die "compiling failed: $(tail -n 20 "$cache/build.log")"
	mv "$cache/new" "$cache/bin"
}

compile_kubelet() {
	cd "$here"
	rest=${version#v*.}
	stamp=k8s.io/component-base/version
	flags="-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=${rest%%.*}"
	CGO_ENABLED=0 go build -trimpath -o "$cache/new/kubelet" -ldflags "$flags" k8s.io/kubernetes/cmd/kubelet
}

# The packages are not installed: a containerd of this host would be one of all machines that have this host's files.
fetch_runtime() {
	mkdir "$cache/new/debs"
	(cd "$cache/new/debs" && apt-get download -q containerd runc)
	for deb in "$cache/new/debs"/*.deb; do
		dpkg-deb -x "$deb" "$cache/new/files"
	done
	mv "$cache/new/files/usr/bin/containerd" "$cache/new/files/usr/bin/containerd-shim-runc-v2" "$cache/new/files/usr/bin/ctr" \
		"$cache/new/files/usr/sbin/runc" "$cache/new/"
	rm -rf "$cache/new/files" "$cache/new/debs"
}

mkdir -p "$cache"
(
	flock 9
	[ -d "$cache/bin" ] || compile
) 9>"$cache/.lock"
echo "$cache/bin"
