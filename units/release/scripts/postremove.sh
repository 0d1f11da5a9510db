#!/bin/sh
# After the files are removed. `apt-get purge` also removes configuration, identity, volumes and images, but no claims. rpm has no purge.
set -eu

case ${1:-} in
remove | purge | 0) ;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	systemctl reset-failed 'unitlet-*' 'unitlet.*' 2>/dev/null || :
fi
# A volume that could not be unmounted belongs to the host or to a server.
rm -rf --one-file-system /run/unitlet /var/cache/unitlet 2>/dev/null || :
rm -rf /etc/systemd/journald@unitlet.*.conf /run/systemd/journald@unitlet.*.conf.d
[ "$1" = purge ] || exit 0
rm -rf --one-file-system /etc/unitlet 2>/dev/null || :
# Only the owner of a claim deletes its data.
for path in /var/lib/unitlet/* /var/lib/unitlet/.[!.]*; do
	[ "$path" = /var/lib/unitlet/claims ] || rm -rf --one-file-system "$path" 2>/dev/null || :
done
rmdir /var/lib/unitlet/claims/* /var/lib/unitlet/claims /var/lib/unitlet 2>/dev/null || :
rm -rf /etc/systemd/system/unitlet-api.socket.d
rm -rf /var/log/journal/*.unitlet.* /run/log/journal/*.unitlet.*
# The mount point of the termination messages is an empty file.
[ ! -f /dev/termination-log ] || [ -s /dev/termination-log ] || rm -f /dev/termination-log
