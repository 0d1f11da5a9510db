#!/bin/sh
# emulated.sh ROOT COMMAND…: runs a command of aarch64 with the files of ROOT, by qemu-user. The kernel learns about qemu in a user namespace
# of its own (Linux 6.7), so nothing changes for other processes of this host.
set -eu

ready=$(mktemp -u)
mkfifo -m 600 "$ready"
trap 'rm -f "$ready"' EXIT
# The magic of ELF files of aarch64, its mask, and F: the kernel opens qemu now, outside of ROOT.
format=':aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F'
# shellcheck disable=SC2016
unshare --user --mount sh -euc '
	read -r _ <"$1"
	mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
	printf %s "$2" >/proc/sys/fs/binfmt_misc/register
	root=$3
	shift 3
	# No device can be made in a user namespace.
	for part in proc dev; do mount --rbind "/$part" "$root/$part"; done
	exec chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"' sh "$ready" "$format" "$@" <&0 &
process=$!
until [ "$(readlink "/proc/$process/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do
	kill -0 "$process" || exit 1
	sleep 0.02
done
echo '0 0 65536' >"/proc/$process/uid_map"
echo '0 0 65536' >"/proc/$process/gid_map"
echo go >"$ready"
code=0
wait "$process" || code=$?
exit "$code"
