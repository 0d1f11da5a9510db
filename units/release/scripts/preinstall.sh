#!/bin/sh
# Before files are replaced: no run may begin with some files of one version and some of another. Containers go on.
set -eu

[ -d /run/systemd/system ] || exit 0
# An upgrade of install.sh's files that is at work, or was interrupted, is undone.
versions=/usr/local/lib/unitlet.versions
systemctl stop unitlet-upgrade.service 2>/dev/null || :
[ ! -e $versions/pending ] || sh $versions/switch-version end || :
systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-auto-update.timer 2>/dev/null || :
for _ in $(seq 60); do
	case $(systemctl show -P ActiveState unitlet-sync.service 2>/dev/null) in
	activating | active | deactivating) sleep 1 ;;
	*) break ;;
	esac
done
