# A machine in systemd-nspawn, on an overlay of this host's files.
# shellcheck shell=sh disable=SC2154

nspawn_make() {
	make_root "$1" "$4" "$3"
	[ "$5" = no ] || make_own_disk "$1"
	[ "$6" = host ] || claim_link "$1"
}

nspawn_boot() {
	dir=$machines/$1
	[ ! -e "$dir/link" ] || nspawn_make_link "$1"
	remove_cgroups "$1"
	rm -f "$dir/cgroups"
	started=$(date +%s)
	allow_inotify
	if [ -d /run/systemd/system ]; then
		scope="systemd-run --quiet --scope --collect --unit=$(basename "$state")-$1 --property=Delegate=yes"
	else
		scope=''
		make_cgroups "$1"
	fi
	spawn "$1" "$scope" &
	process_record $! >"$dir/process" || die "$(console "$1")"
	until_true 60 has_bus "$1" || die "machine $1 does not boot: $(console "$1")"
	wait_running "$1"
	cgroups_of "$(cat "$dir/leader")" >"$dir/cgroups"
	say "machine $1 is up (PID $(cat "$dir/leader"), $(($(date +%s) - started)) s)"
}

# Raises the limit of inotify instances of root, by default 128. A machine takes 15, and a path unit that gets none fails.
allow_inotify() {
	limit=/proc/sys/fs/inotify/max_user_instances
	[ "$(cat "$limit")" -ge 1024 ] || { echo 1024 >"$limit"; } 2>/dev/null || :
}

# Passes no variable of this host on: one that names extra certificates makes each start of Node three times as slow.
spawn() {
	exec >"$machines/$1/console" 2>&1 </dev/null
	[ -n "$2" ] || enter_cgroups "$1"
	set -- "$1" "$2" --quiet --register=no --keep-unit --directory="$machines/$1/root" --machine="$1" --uuid="$(cat "$machines/$1/machine-id")" \
		--kill-signal=SIGRTMIN+3 --capability=all --resolv-conf=off --timezone=off --link-journal=no --console=pipe
	[ ! -e "$machines/$1/link" ] || set -- "$@" --network-namespace-path="/run/netns/$netns_prefix-$1"
	[ ! -d "$machines/$1/own" ] || set -- "$@" --bind="$machines/$1/own:/var/lib/unitlet"
	unified=$(wants_unified "$machines/$1/root")
	scope=$2
	shift 2
	# shellcheck disable=SC2086
	# Plugins of CNI write /proc/sys/net, which belongs to the machine's own network.
	exec env -i PATH="$clean_path" SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network $unified setsid $scope systemd-nspawn "$@" /bin/sh -c "$(cat "$here/init.sh")"
}

# systemd 256 and later need cgroup v2. On a host with cgroup v1 they get a v2 hierarchy without controllers, so no limit acts.
wants_unified() {
	for library in "$1"/usr/lib/*/systemd/libsystemd-shared-*.so "$1"/usr/lib/systemd/libsystemd-shared-*.so; do
		version=${library##*-shared-}
		version=${version%%[!0-9]*}
		[ "${version:-0}" -lt 256 ] || echo SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
	done
}

has_bus() {
	recorded_pid "$machines/$1/process" >"$machines/$1/nspawn" || die "machine $1 ended while booting: $(console "$1")"
	# The first child of nspawn is a helper that ends early. PID 1 of the machine is the child with the bus socket.
	for child in $(ps -o pid= --ppid "$(cat "$machines/$1/nspawn")"); do
		[ -S "/proc/$child/root/run/systemd/private" ] && [ "$(readlink "/proc/$child/ns/pid")" != "$(readlink /proc/self/ns/pid)" ] || continue
		echo "$child" >"$machines/$1/leader"
		return 0
	done
	return 1
}

nspawn_leader() {
	recorded_pid "$machines/$1/process" >/dev/null || die "machine $1 does not run (it was powered off?): boot it with: machine.sh crash $1"
	cat "$machines/$1/leader"
}

nspawn_run_in() {
	inside=$(nspawn_leader "$1")
	shift
	(
		enter_cgroups_of "$inside"
		exec nsenter -t "$inside" -a env -i PATH="$clean_path" HOME=/root TERM="${TERM:-dumb}" "$@"
	)
}

nspawn_power_off() {
	nspawn_run_in "$1" systemctl --quiet poweroff
	until_true 120 has_ended "$1" || die "machine $1 does not power off: $(console "$1")"
}

has_ended() {
	! recorded_pid "$machines/$1/process" >/dev/null
}

nspawn_kill() {
	nspawn=$(recorded_pid "$machines/$1/process") || return 0
	children=$(ps -o pid= --ppid "$nspawn") || :
	# shellcheck disable=SC2086
	kill -KILL $children 2>/dev/null || :
	# nspawn ends after its child. A kill of nspawn could leave the child behind.
	until_true 30 has_ended "$1" || kill -KILL "$nspawn" 2>/dev/null || :
	until_true 30 has_ended "$1" || die "cannot kill machine $1 (PID $nspawn)"
}

nspawn_root() {
	echo "$machines/$1/root"
}

nspawn_shell() {
	nspawn_run_in "$1" /bin/bash -l
}

nspawn_down() {
	[ ! -e "$machines/$1/process" ] || nspawn_kill "$1"
	remove_cgroups "$1"
	release_link "$1"
	remove_root "$1"
}
