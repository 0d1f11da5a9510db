#!/bin/sh
# root.sh: prints the path of the files of a small Debian 13 for aarch64. They are made once, in a cache, in a minute.
# shellcheck disable=SC2154
set -eu
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for part in shell packages; do
	# shellcheck disable=SC1090
	. "$here/../support/$part.sh"
done
# shellcheck disable=SC1091
. "$here/../machine/uml/archive.sh"

make_root() {
	must_be_prepared "the files of a Debian for aarch64"
	ensure_commands debootstrap:debootstrap qemu-aarch64-static:qemu-user-static
	say "fetching a Debian for aarch64, once (debootstrap)"
	rm -rf "$cache"/arm64-*
	mkdir "$new"
	nice -n 5 debootstrap --foreign --arch=arm64 --variant=minbase trixie "$new/root" "$(debian_mirror)" >"$new/log" 2>&1 </dev/null 9>&- ||
		die "debootstrap failed: $(tail -n 20 "$new/log")"
	# No script of a package runs, which would take ten minutes. These are the files that scripts would make.
	for file in passwd group; do
		cp "$new/root/usr/share/base-passwd/$file.master" "$new/root/etc/$file"
	done
	ln -s mawk "$new/root/usr/bin/awk"
	# In a container debootstrap makes a link of it.
	rm -rf "$new/root/proc"
	mkdir "$new/root/proc"
	rm -f "$new"/root/var/cache/apt/archives/*.deb
	mv "$new" "$made"
}

mkdir -p "$cache"
made=$cache/arm64-$(sha256sum <"$here/root.sh" | cut -c 1-12)
new=$cache/arm64-new
(
	flock 9
	[ -e "$made" ] || make_root
) 9>"$cache/.lock-arm64"
echo "$made/root"
