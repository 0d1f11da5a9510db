#!/bin/sh
# Before the files are removed: the helpers of containers go with the package, so its containers end. An upgrade keeps them.
# shellcheck disable=SC1091,SC2154
set -eu

case ${1:-} in
remove | 0) ;;
*) exit 0 ;;
esac
. /usr/lib/unitlet/install/common.sh

set +e
pods=$(pod_units) lost=''
if is_running; then
	lost=$(lost_units)
	stop_agent
	[ -z "$pods$lost" ] || stop_pods
	stop_slices
	stop_journals
fi
remove_timers
give_back_units
remove_pods
# Volumes stay for the next installation, and what is mounted there does not.
! is_running || unmount_volumes
remove_port
systemctl disable --quiet unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-images.service unitlet-auto-update.timer unitlet-auto-update-resume.service unitlet-api.socket 2>/dev/null
rm -rf /run/systemd/system/unitlet-sync.timer.d
[ ! -L /usr/local/lib/unitlet ] || rm /usr/local/lib/unitlet
[ -z "$failed" ] || say "Some of it remains:$failed"
exit 0
