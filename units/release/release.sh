#!/bin/sh
# `npm run release`: builds .deb, .rpm and a tarball for each architecture, checksums and a bill of materials in dist/release.
# Arguments: the architectures, as Node calls them (default: x64 arm64). The same commit gives the same bytes.
# shellcheck disable=SC2154
set -eu
umask 022

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$top"
for part in path progress distribution host build; do
	# shellcheck disable=SC1090
	. "$top/units/install/$part.sh"
done
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/nfpm/$(sha256sum units/release/go.sum | cut -c 1-16)
release=$top/dist/release
work=$release/work

# Compiles nfpm into a cache, once for each version.
build_nfpm() {
	[ ! -x "$cache/nfpm" ] || return 0
	command -v go >/dev/null || die "Go is missing: nfpm is built from source (https://go.dev/dl)"
	cd units/release && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$cache/nfpm" github.com/goreleaser/nfpm/v2/cmd/nfpm
}

# npm installs the Node of this host's architecture. That of another one comes from the registry, with the checksum of the lock file.
fetch_node() {
	directory=$top/node_modules/node-linux-$1
	if [ ! -x "$directory/bin/node" ]; then
		directory=$work/node-linux-$1
		mkdir -p "$directory"
		lock=$(node_in_lock "$1")
		archive=$(cd "$work" && npm pack --silent "node-linux-$1@${lock%% *}")
		[ "sha512-$(openssl dgst -sha512 -binary "$work/$archive" | base64 -w 0)" = "${lock##* }" ] ||
			die "node-linux-$1: the archive of the registry does not have the checksum of package-lock.json"
		tar -xzf "$work/$archive" -C "$directory" --strip-components=1
	fi
	cp "$directory/bin/node" "$2"
}

# Prints version and checksum of an architecture's Node.
node_in_lock() {
	"$node" -p "const {version, integrity} = require('./package-lock.json').packages['node_modules/node-linux-$1']; version + ' ' + integrity"
}

# stage ARCHITECTURE: the files of a package below $root, and those of the tarball below $tree.
stage() {
	root=$work/$1 tree=$work/tar/unitlet-$version-linux-$1
	mkdir -p "$root" "$tree/dist"
	cp -r install.sh units LICENSE README.md "$tree"
	rm -rf "$tree/units/release"
	cp dist/*.cjs "$tree/dist"
	fetch_node "$1" "$tree/dist/node"
	DESTDIR=$root PREFIX=/usr sh "$tree/install.sh" --from "$tree/dist" >/dev/null
	rm -r "${root:?}/etc"
	mkdir "$root/usr/lib/unitlet/install"
	for part in progress place endpoint remove; do
		cp "units/install/$part.sh" "$root/usr/lib/unitlet/install"
	done
	cp units/install/manifest units/release/scripts/common.sh "$root/usr/lib/unitlet/install"
	CACHE_DIRECTORY=$work/cache "$node" units/release/documents.ts dist/run.cjs "$root/usr" "$SOURCE_DATE_EPOCH"
	cp -r units/release/scripts "$root"
	# The modes of a clone are those of its user's mask.
	chmod -R u=rwX,go=rX "$root" "$tree"
	find "$root" "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

pack() {
	case $1 in x64) UNITLET_ARCH=amd64 ;; *) UNITLET_ARCH=$1 ;; esac
	UNITLET_VERSION=$version
	export UNITLET_ARCH UNITLET_VERSION
	for packager in deb rpm; do
		(cd "$root" && "$cache/nfpm" package --config "$top/units/release/nfpm.yaml" --packager "$packager" --target "$release")
	done
	tar -C "$work/tar" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -c "${tree##*/}" | gzip -n >"$release/${tree##*/}.tar.gz"
}

modules_are_there || step "Downloading npm packages" install_modules
find_node
step "Building" bundle
step "Building nfpm" build_nfpm
# Files of an earlier release would get into the checksums.
rm -rf "$release"
mkdir -p "$work"
[ $# -gt 0 ] || set -- x64 arm64
for architecture in "$@"; do
	step "Staging $architecture" stage "$architecture"
	root=$work/$architecture tree=$work/tar/unitlet-$version-linux-$architecture
	step "Packing $architecture" pack "$architecture"
done
"$node" units/release/sbom.ts "$release/unitlet-$version.cdx.json" "$SOURCE_DATE_EPOCH"
rm -r "$work"
sums=$(cd "$release" && sha256sum -- *)
printf '%s\n' "$sums" | tee "$release/SHA256SUMS"
