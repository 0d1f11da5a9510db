#!/bin/sh
# image.sh SUITE[-broker]: prints the path of an ext4 image of a Debian with systemd and all that tests need. It is made once, in a cache.
# SUITE: bookworm (systemd 252), trixie (257) or testing (the newest). -broker: with dbus-broker instead of dbus-daemon.
# shellcheck disable=SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for part in shell packages; do
	# shellcheck disable=SC1090
	. "$here/../../support/$part.sh"
done
# shellcheck source=archive.sh
. "$here/archive.sh"
variant=$1
suite=${variant%%-*}
packages='systemd-sysv udev perl kmod ca-certificates less e2fsprogs jq git gnupg python3-minimal nftables libcap2-bin hostname'
image_size=6G

# The packages, as an archive. Documentation is a third of them, and no test reads it.
make_archive() {
	bus=dbus
	[ "$variant" = "$suite" ] || bus=dbus-broker
	for pair in $test_packages; do
		[ "${pair#*:}" = systemd ] || [ "${pair#*:}" = dbus ] || packages="$packages ${pair#*:}"
	done
	say "fetching the packages of $variant, once (mmdebstrap)"
	nice -n 5 mmdebstrap --quiet --mode=root --format=tar --variant=minbase --skip=check/qemu --include="$(echo "$bus $packages" | tr " " ,)" \
		--aptopt='Acquire::Check-Valid-Until "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		"$suite" "$archive.new" "$(debian_mirror)" >"$cache/$variant.log" 2>&1 </dev/null 9>&- ||
		die "mmdebstrap could not get $variant: $(tail -n 20 "$cache/$variant.log")"
	mv "$archive.new" "$archive"
}

make_image() {
	rm -rf "$cache/$variant.root"
	mkdir "$cache/$variant.root"
	tar -xf "$archive" -C "$cache/$variant.root"
	settle "$cache/$variant.root"
	rm -f "$cache/$variant"-*.ext4
	truncate -s "$image_size" "$image.new"
	mke2fs -q -t ext4 -d "$cache/$variant.root" "$image.new"
	rm -rf "$cache/$variant.root"
	mv "$image.new" "$image"
}

# Services and timers of the distribution do not start, as in the other kind of machine.
settle() {
	mkdir -p "$1/usr/local/lib/machine" "$1/usr/lib/modules" "$1/var/log/journal"
	install -m 755 "$here/guest/init.sh" "$here/guest/agent.pl" "$1/usr/local/lib/machine/"
	# A reload runs all generators, and none has anything to generate here.
	mkdir -p "$1/etc/systemd/system-generators"
	for generator in "$1"/usr/lib/systemd/system-generators/*; do
		ln -sf /dev/null "$1/etc/systemd/system-generators/${generator##*/}"
	done
	for unit in $idle_units; do
		ln -sf /dev/null "$1/etc/systemd/system/$unit"
	done
	: >"$1/etc/fstab"
	: >"$1/etc/resolv.conf"
}

idle_units='getty.target getty-static.service console-getty.service systemd-firstboot.service systemd-networkd.service systemd-networkd.socket
	systemd-resolved.service systemd-timesyncd.service systemd-pstore.service systemd-hwdb-update.service systemd-journal-catalog-update.service
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer logrotate.timer man-db.timer
	docker-registry.service nftables.service ldconfig.service systemd-update-done.service'

case $variant in
bookworm | trixie | testing | bookworm-broker | trixie-broker | testing-broker) ;;
*) die "unknown image $variant: bookworm, trixie or testing, and -broker after it" ;;
esac
mkdir -p "$cache"
# Other packages make another archive.
digest() {
	sha256sum | cut -c 1-12
}
archive=$cache/$variant-$(echo "$packages $test_packages" | digest).tar
image=$cache/$variant-$({ echo "$archive" && cat "$here/image.sh" "$here"/guest/*; } | digest).ext4
(
	flock 9
	[ ! -e "$image" ] || exit 0
	must_be_prepared "an image of $variant"
	# shellcheck disable=SC2086
	ensure_commands $uml_packages
	[ -e "$archive" ] || make_archive
	make_image
) 9>"$cache/.lock-$variant"
echo "$image"
