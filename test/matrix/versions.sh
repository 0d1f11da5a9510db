#!/bin/sh
# Runs in a machine: prints what it is, as lines KEY=VALUE. test/matrix/lane.ts reads them.
first() { "$@" 2>/dev/null | head -n 1 | grep -o '[0-9][0-9.]*[0-9]' | head -n 1; }

# shellcheck disable=SC1091
. /etc/os-release
# testing has no number.
echo "distribution=${NAME%% *} ${VERSION_ID:-testing} ($VERSION_CODENAME)"
# The number in parentheses is that of the package, which has all parts.
echo "systemd=$(systemctl --version | sed -n '1s/.*(\([0-9.~rc]*\).*/\1/p')"
if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then echo cgroups=v2; else echo 'cgroups=hybrid, controllers of v1'; fi
bus=$(systemctl show --property=Id --value dbus.service)
case $bus in
dbus-broker*) echo "bus=dbus-broker $(first dbus-broker --version)" ;;
*) echo "bus=dbus-daemon $(first dbus-daemon --version)" ;;
esac
# Without the builder's suffix. Debian's user-mode Linux and a compiled one (machine/uml/kernel.sh) may have the same version.
with=''
[ ! -e /proc/pressure/cpu ] || with=', PSI'
! grep -qs landlock /sys/kernel/security/lsm || with="$with, Landlock"
echo "kernel=$(uname -r | sed 's/-.*//')$with"
echo "tools=crun $(first crun --version), skopeo $(first skopeo --version), umoci $(first umoci --version)"
