#!/bin/sh
# Before files are replaced: no run may begin with some files of one version and some of another. Containers go on.
set -eu

[ -d /run/systemd/system ] || exit 0
systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-auto-update.timer 2>/dev/null || :
for _ in $(seq 60); do
	case $(systemctl show -P ActiveState unitlet-sync.service 2>/dev/null) in
	activating | active | deactivating) sleep 1 ;;
	*) break ;;
	esac
done
