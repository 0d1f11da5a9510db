# Removes unitlet (install.sh --uninstall).
# shellcheck shell=sh disable=SC2154,SC2034

volatile=$DESTDIR/run/unitlet
data=$DESTDIR/var/lib/unitlet
cache=$DESTDIR/var/cache/unitlet
etc_units=$DESTDIR/etc/systemd/system
# The setting unitDirectory names the one that has the units of pods.
run_units=$DESTDIR/run/systemd/system

# The lines of the manifests of this version and of the installed one, which is newer after `unitlet upgrade`.
files=''

# What could not be removed or stopped, one a line. Every step goes on, so that as little as possible remains.
failed=''

uninstall() {
	[ -n "$DESTDIR" ] || [ "$(id -u)" = 0 ] || die "this needs root: sudo $0 --uninstall"
	set +e
	files=$(cat "$manifest" "$programs/manifest" 2>/dev/null)
	pods=$(pod_units)
	lost=$([ -n "$DESTDIR" ] || lost_units)
	node_name=$("$command" check-config 2>/dev/null | sed -n 's/.*node \([^ ,]*\), joined.*/\1/p') || node_name=''
	if [ "$keep_pods" = yes ]; then
		ask "Remove unitlet from this host and leave its containers running?"
		stop_agent
		remove_timers
		give_back_units
		remove_programs_but_helpers
		farewell="unitlet is removed. The containers keep running as plain systemd units (systemctl status 'unitlet.*'), restarted by systemd as before;
the helpers in $programs, $data and the configuration stay for them. To remove all: $0 --uninstall"
	else
		ask "Remove unitlet from this host${pods:+, and stop and remove its $(echo "$pods" | grep -c '^unitlet\..*\.service$') containers}?"
		ask_about_config
		stop_agent
		[ -n "$DESTDIR" ] || [ -z "$pods$lost" ] || step "Stopping containers" stop_pods
		[ -n "$DESTDIR" ] || stop_slices
		remove_timers
		give_back_units
		remove_pods
		if [ -n "$DESTDIR" ] || unmount_volumes; then
			remove "$volatile"
			remove_data
		fi
		remove "$programs" "$programs.versions" "$command" "$cache"
		[ "$keep_config" = yes ] || remove "$config"
		# The mount point of the termination messages is an empty file.
		[ -n "$DESTDIR" ] || [ ! -f /dev/termination-log ] || [ -s /dev/termination-log ] || remove /dev/termination-log
		farewell="unitlet is removed.$([ "$keep_config" = no ] || echo " Its configuration stays in $config.")"
	fi
	remove_agent_units
	say "$farewell"
	[ -z "$failed" ] || warn "Some of it remains:$failed"
	[ -z "$node_name" ] || warn "The cluster still has the Node object: kubectl delete node $node_name"
	[ -z "$failed" ] || {
		[ "$output" != json ] || json_result 1 "some of it remains:$failed"
		exit 1
	}
}

# remove PATH…: removes files and directories, but no file of another file system below them.
remove() {
	for path in "$@"; do
		because=$(LC_ALL=C rm -rf --one-file-system "$path" 2>&1) && continue
		# A disk of the administrator is emptied and stays mounted.
		if [ -z "$(ls -A "$path" 2>/dev/null)" ] && mountpoint --quiet "$path"; then
			say "$path is empty and stays, because it is a mount point."
		else
			fails "$(printf '%s\n' "$because" | head -n 3)"
		fi
	done
}

# Removes all but the claims, whose data only their owner deletes.
remove_data() {
	claims=$(ls -d "$data"/claims/*/* 2>/dev/null)
	[ -n "$claims" ] || {
		remove "$data"
		return
	}
	for path in "$data"/* "$data"/.[!.]*; do
		[ "$path" = "$data/claims" ] || remove "$path"
	done
	warn "The data of claims stay in $data/claims: rm -r $data/claims removes them."
}

fails() {
	failed="$failed
  $1"
}

# Called when a step has failed and has shown why.
step_failed() {
	fails "$step_what: failed"
}

ask() {
	[ "$yes" = no ] || return 0
	[ -t 0 ] || die "standard input is not a terminal, so this script cannot ask: add --yes"
	# Standard output may have JSON alone.
	printf '%s [y/N] ' "$1" >&2
	read -r answer
	case $answer in
	[yY]*) ;;
	*) die "nothing was changed" ;;
	esac
}

ask_about_config() {
	keep_config=no
	[ "$yes" = no ] && [ -d "$config" ] || return 0
	printf 'Remove the configuration and the manifests in %s, too? [y/N] ' "$config" >&2
	read -r answer
	case $answer in
	[yY]*) ;;
	*) keep_config=yes ;;
	esac
}

# Prints the units of pods: those with a section [X-Kubernetes].
pod_units() {
	for place in "$etc_units" "$run_units"; do
		for file in "$place"/unitlet* "$place"/run-unitlet-* "$place"/var-lib-unitlet-*; do
			[ ! -f "$file" ] || ! grep -qxF '[X-Kubernetes]' "$file" || echo "${file##*/}"
		done
	done | sort -u
}

# Prints the units of pods that systemd still has, but not from their files: those were missing at a reload, or are now.
lost_units() {
	systemctl list-units --all --full --plain --no-legend 'unitlet.*.service' 'unitlet-*.*.*.*.*' | while read -r unit load _; do
		[ "$load" = loaded ] || is_foreign "$unit" || echo "$unit"
	done
}

# True for a unit with a file that unitlet did not write.
is_foreign() {
	for place in "$etc_units" "$run_units"; do
		[ ! -e "$place/$1" ] || { ! grep -qxF '[X-Kubernetes]' "$place/$1" && return; }
	done
	return 1
}

stop_agent() {
	[ -z "$DESTDIR" ] && [ -e "$unit_directory/unitlet-sync.timer" ] || return 0
	# Otherwise it would put its files back.
	systemctl stop unitlet-upgrade.service 2>/dev/null || :
	step "Stopping the timer" systemctl disable --now --quiet unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-images.service unitlet-auto-update.timer unitlet-auto-update-resume.service
	systemctl disable --now --quiet unitlet-api.socket
	# Those that only a newer version has.
	# shellcheck disable=SC2046
	systemctl disable --now --quiet $(echo "$files" | sed -nE 's,^unit +systemd/([^@ ]+\.(timer|path)) .*,\1,p') 2>/dev/null || :
	systemctl stop unitlet-auto-update.service unitlet-images-layouts.path unitlet-images-layouts.service unitlet-watch.service unitlet-sync.service unitlet-api.service unitlet-api-helper.socket 'unitlet-api-helper@*.service' 2>/dev/null || :
	systemctl stop 'unitlet-image@*.service' 'unitlet-image-fetch@*.service' 'unitlet-image-import@*.service' 'unitlet-deb@*.service' 2>/dev/null || :
	systemctl stop 'unitlet-probe@*.timer' 'unitlet-probe@*.service' 2>/dev/null || :
	systemctl stop 'unitlet-shutdown-*.service' 'unitlet-priority-*.target' 2>/dev/null || :
}

stop_pods() {
	# Mounts and other units of a pod are needed until its containers have stopped.
	# shellcheck disable=SC2046,SC2086
	systemctl stop $(echo "$pods" | grep -E '^unitlet\.|\.slice$') $lost || :
	# shellcheck disable=SC2086
	[ -z "$pods" ] || systemctl stop $pods || :
}

# The timers of CronJobs start a service of the agent. systemd keeps a stamp of each persistent timer.
remove_timers() {
	rm -f "$DESTDIR/var/lib/systemd/timers/stamp-unitlet-auto-update.timer"
	for timer in $(echo "$pods" | grep -E '^unitlet\..*\.timer$'); do
		[ -n "$DESTDIR" ] || systemctl stop "$timer" 2>/dev/null || :
		rm -f "$etc_units/$timer" "$run_units/$timer" "$data/units/$timer" "$DESTDIR/var/lib/systemd/timers/stamp-$timer"
		rm -f "$etc_units"/*.wants/"$timer" "$run_units"/*.wants/"$timer" "$data/units"/*.wants/"$timer"
	done
}

# Slices stay active after their last unit, also on a node whose pods are gone.
stop_slices() {
	systemctl stop unitlet-besteffort.slice unitlet-burstable.slice unitlet.slice 2>/dev/null || :
	# The limits that runs have set.
	rm -rf /run/systemd/system.control/unitlet.slice.d /run/systemd/system.control/unitlet-*.slice.d
}

remove_pods() {
	for place in "$etc_units" "$run_units"; do
		for unit in $pods $lost; do
			rm -rf "${place:?}/$unit" "$place/$unit.d"
			rm -f "$place"/*.wants/"$unit" "$place"/*.requires/"$unit"
		done
		rmdir "$place/multi-user.target.wants" 2>/dev/null || :
	done
	# The first run of a later installation would bring them back.
	remove "$data/units"
}

# Removes the drop-ins of units of the host that pods have adopted. These units run on.
given_back=''
give_back_units() {
	for place in "$etc_units" "$run_units"; do
		for file in "$place"/*.service.d/50-unitlet.conf; do
			[ -f "$file" ] && grep -qxF '[X-Kubernetes]' "$file" || continue
			rm -f "$file"
			rmdir "${file%/*}" 2>/dev/null || :
			unit=${file%.d/50-unitlet.conf}
			given_back="$given_back ${unit##*/}"
		done
	done
	[ -n "$DESTDIR" ] || [ -z "$given_back" ] || restore_limits
}

# systemd 257 leaves the limits of the drop-ins in the kernel until another unit of the slice starts.
restore_limits() {
	systemctl daemon-reload
	for unit in $given_back; do
		systemd-run --quiet --collect --wait --slice="$(systemctl show -P Slice "$unit")" true 2>/dev/null || :
	done
}

# Unmounts all volumes before anything is removed, because their files belong to the host or to a server.
unmount_volumes() {
	# A mount below a peer of the host's mount would be unmounted on the host as well.
	mounted | while read -r point; do mount --no-mtab --make-rslave "$point" || :; done
	mounted | sort -r | while read -r point; do
		umount --no-mtab "$point" 2>/dev/null || umount --no-mtab --lazy "$point" || :
	done
	left=$(mounted)
	[ -z "$left" ] || fails "still mounted, so nothing was removed in $volatile and $data: $left"
	[ -z "$left" ]
}

# Prints the mount points below unitlet's directories. They have no blanks, which the kernel would escape.
# Those in claims belong to the administrator.
mounted() {
	cut -d ' ' -f 5 /proc/self/mountinfo | grep -e "^$volatile/" -e "^$data/" | grep -v "^$data/claims/" || :
}

# Removes all programs except those that the units of containers use.
remove_programs_but_helpers() {
	for program in "$programs"/*; do
		is_used_by_pods "${program##*/}" || rm -f "$program"
	done
	rm -rf "$programs.versions" "$command" "$cache"
}

# is_used_by_pods HELPER: true when units of containers use the helper.
is_used_by_pods() {
	while read -r kind file _ users; do
		[ "$kind/${file##*/}/$users" != "helper/$1/pods" ] || return 0
	done <<-FILES
		$files
	FILES
	return 1
}

# The port's own files are behind links, since its user exists while it runs (DynamicUser=).
remove_port() {
	for place in "$DESTDIR/run" "$DESTDIR/var/lib"; do
		rm -rf "$place/unitlet-api" "$place/private/unitlet-api"
	done
}

# The journals of pods, each with a journald of its own.
stop_journals() {
	systemctl stop 'systemd-journald@unitlet.*.service' 'systemd-journald@unitlet.*.socket' 'systemd-journald-varlink@unitlet.*.socket' 2>/dev/null
	rm -rf /run/systemd/journal.unitlet.*
}

remove_journals() {
	[ -n "$DESTDIR" ] || stop_journals
	rm -rf "$DESTDIR"/etc/systemd/journald@unitlet.*.conf "$DESTDIR"/run/systemd/journald@unitlet.*.conf.d
	rm -rf "$DESTDIR"/var/log/journal/*.unitlet.* "$DESTDIR"/run/log/journal/*.unitlet.*
}

remove_agent_units() {
	remove_port
	while read -r kind file _ users; do
		[ "$kind" = unit ] && [ "$keep_pods/$users" != yes/pods ] || continue
		unit=${file#systemd/}
		rm -rf "${unit_directory:?}/$unit" "$etc_units/$unit.d"
		rm -f "$etc_units"/*.wants/"$unit"
	done <<-FILES
		$files
	FILES
	rm -rf "$DESTDIR/run/systemd/system/unitlet-sync.timer.d"
	for slice in unitlet unitlet-burstable unitlet-besteffort; do
		rm -rf "$DESTDIR/run/systemd/system.control/$slice.slice.d"
	done
	[ "$keep_pods" = yes ] || remove_journals
	rmdir "$unit_directory/systemd-journald@.service.d" 2>/dev/null || :
	rmdir "$unit_directory" "${unit_directory%/*}" 2>/dev/null || :
	[ -z "$DESTDIR" ] || return 0
	systemctl daemon-reload
	systemctl reset-failed 'unitlet-*' 'unitlet.*' 2>/dev/null || :
}
