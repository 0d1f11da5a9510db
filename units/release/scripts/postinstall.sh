#!/bin/sh
# After the files are in place: starts the agent. A run then writes the units of containers anew where their text differs, and
# restarts none. An installation by install.sh is taken over.
# shellcheck disable=SC1091,SC2154
set -eu

# An older version of dpkg may call it to undo a removal that failed.
case ${1:-} in
abort-*) exit 0 ;;
esac
. /usr/lib/unitlet/install/common.sh

earlier=/usr/local/lib/unitlet

# exchange PATH PATH: in one step, so that no container that starts meanwhile misses a helper (renameat2(2), RENAME_EXCHANGE).
exchange() {
	perl -e 'require "/usr/lib/unitlet/system-calls.pl";
		sub fail { die "@_\n" }
		use_architecture();
		exit( system_call( "renameat2", -100, "$ARGV[0]", -100, "$ARGV[1]", 2 ) == 0 ? 0 : 1 );' "$1" "$2"
}

# Units of containers name the helpers of install.sh until a run has written them anew, so their directory becomes a link.
link_earlier() {
	if [ -d "$earlier" ] && [ ! -L "$earlier" ]; then
		rm -rf "$earlier.old"
		ln -s /usr/lib/unitlet "$earlier.old"
		# Some file systems, such as an overlay, do not exchange every directory.
		exchange "$earlier" "$earlier.old" || { rm "$earlier.old" && mv -T "$earlier" "$earlier.old"; }
	fi
	# Also what a call that was killed after the line above has left.
	[ -d "$earlier.old" ] || return 0
	[ -L "$earlier" ] || ln -s /usr/lib/unitlet "$earlier"
	rm -rf /usr/local/bin/unitlet
	while read -r kind file _; do
		[ "$kind" != unit ] || rm -f "/usr/local/lib/systemd/system/${file#systemd/}"
	done <"$manifest"
	rmdir /usr/local/lib/systemd/system/*.d /usr/local/lib/systemd/system /usr/local/lib/systemd 2>/dev/null || :
	rm -rf "$earlier.old" "$earlier.versions"
}

unlink_earlier() {
	[ -L "$earlier" ] || return 0
	! grep -qsr --include='*unitlet*' -F "$earlier/" /etc/systemd/system /run/systemd/system /var/lib/unitlet/units || return 0
	rm "$earlier"
}

# A second failure is not a failure of the package: the timer repeats the run every few seconds.
start_agent() {
	systemctl daemon-reload
	systemctl reenable --quiet unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-images.service unitlet-auto-update.timer unitlet-auto-update-resume.service
	if ! verdict=$(unitlet check-config 2>&1); then
		say "unitlet is not started, because its configuration is invalid: $verdict"
		return 0
	fi
	systemctl restart unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-auto-update.timer
	systemctl try-restart unitlet-watch.service
	start_endpoint
	systemctl start unitlet-sync.service ||
		say "The first run failed, and the timer repeats it: journalctl -u unitlet-sync shows why."
}

mkdir -p "$config/manifests" "$config/images" "$config/unitlet.conf.d"
[ -e "$config/unitlet.conf" ] || place /usr/share/unitlet/unitlet.conf "$config/unitlet.conf" 644
place_port
link_earlier
if is_running; then
	start_agent
	unlink_earlier
else
	systemctl enable --quiet unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-images.service unitlet-auto-update.timer unitlet-auto-update-resume.service || :
fi
