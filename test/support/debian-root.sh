#!/bin/sh
# Prints the path of a directory with the files of Debian packages and of their dependencies. No maintainer script has run.
# apt fetches the packages once, into a cache.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=shell.sh
. "$here/shell.sh"
# shellcheck source=packages.sh
. "$here/packages.sh"
packages='base-files dash coreutils nginx-light redis-server postgresql-15'
cache=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/debian
root=$cache/$(echo "$packages" | tr ' ' +)

fetch() {
	must_be_prepared "the files of $packages"
	say "fetching $packages, once (apt-get)"
	rm -rf "$cache/new"
	mkdir -p "$cache/new/debs/partial" "$cache/new/files"
	# shellcheck disable=SC2086
	apt-get install -y -qq --download-only --no-install-recommends -o Dir::State::status=/dev/null \
		-o "Dir::Cache::archives=$cache/new/debs" $packages >"$cache/apt.log" 2>&1 </dev/null 9>&- ||
		die "apt-get could not fetch $packages: $(tail -n 20 "$cache/apt.log")"
	for deb in "$cache/new/debs"/*.deb; do
		dpkg-deb -x "$deb" "$cache/new/files"
	done
	mv "$cache/new/files" "$root"
	rm -rf "$cache/new" "$cache/apt.log"
}

mkdir -p "$cache"
(
	flock 9
	[ -d "$root" ] || fetch
) 9>"$cache/.lock"
echo "$root"
