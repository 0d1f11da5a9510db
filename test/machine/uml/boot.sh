# A machine in user-mode Linux: a kernel as a program, with cgroup v2 alone. It needs no KVM and nothing of this host's cgroups.
# shellcheck shell=sh disable=SC2154

# All files of a machine are on a disk that stores what differs from the image.
uml_make() {
	dir=$machines/$1
	variant=${2#v2}
	variant=${variant#-}
	"$here/uml/image.sh" "${variant:-trixie}" >"$dir/image" || die "there is no image for machine $1"
	"$here/uml/kernel.sh" >"$dir/kernel" || die "there is no kernel for machine $1"
	echo "$3" >"$dir/machine-id"
	claim_link "$1"
}

uml_boot() {
	dir=$machines/$1
	make_taps "$1"
	started=$(date +%s)
	uml_spawn "$1" &
	process_record $! >"$dir/process" || die "$(console "$1")"
	until_true 120 uml_answers "$1" || die "machine $1 does not boot: $(console "$1")"
	wait_running "$1"
	say "machine $1 is up (PID $(recorded_pid "$dir/process"), $(($(date +%s) - started)) s)"
}

# io_uring is off, because its rings damage the page tables of this kernel, and Node maps them.
uml_spawn() {
	exec >"$machines/$1/console" 2>&1 </dev/null
	dir=$machines/$1
	kernel=$(cat "$dir/kernel")
	number=$(cat "$dir/link")
	exec env -i PATH="$clean_path" HOME="$dir" TMPDIR="$(memory_directory)" setsid "$kernel/linux" "mem=${UNITLET_TEST_MEMORY:-1G}" \
		"ubd0=$dir/disk,$(cat "$dir/image")" root=/dev/ubda rw seccomp=auto init=/usr/local/lib/machine/init.sh \
		"vec0:transport=tap,ifname=unitlet$number,depth=128,gro=1" "vec1:transport=tap,ifname=unitlet-m$number,depth=128,gro=1" \
		"uml_dir=$dir/" con=null con0=null,fd:1 ssl=null audit=0 quiet systemd.show_status=no sysctl.kernel.io_uring_disabled=2 \
		"unitlet_name=$1" "unitlet_number=$number" "unitlet_id=$(cat "$dir/machine-id")" "unitlet_modules=$kernel/modules"
}

# The memory of a machine is a file, which must not be on a disk.
memory_directory() {
	if [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ]; then echo /dev/shm; else echo /tmp; fi
}

uml_answers() {
	uml_ended "$1" && die "machine $1 ended while booting: $(console "$1")"
	uml_exec "$1" test -S /run/systemd/private 2>/dev/null
}

uml_exec() {
	agent="10.204.0.$(cat "$machines/$1/link")"
	shift
	"$here/uml/exec.pl" "$agent" "$@"
}

uml_run_in() {
	uml_leader "$1" >/dev/null
	name=$1
	shift
	uml_exec "$name" nsenter --net=/proc/1/ns/net -- env -i PATH="$clean_path" HOME=/root TERM="${TERM:-dumb}" "$@" || uml_explain "$name" $?
}

# uml_explain NAME CODE: the agent of a kernel that hangs does not answer, and exec.pl ends with 255. The console may say why it hangs.
uml_explain() {
	[ "$2" = 255 ] && ! uml_exec "$1" true 2>/dev/null || return "$2"
	process=$(recorded_pid "$machines/$1/process") || die "machine $1 has ended: $(console "$1")"
	say "machine $1 does not answer: $(ps -o stat=,wchan:30=,time= -p "$process") $(console "$1")"
	return "$2"
}

uml_shell() {
	saved=$(stty -g)
	stty raw -echo
	uml_run_in "$1" script -qec '/bin/bash -l' /dev/null || :
	stty "$saved"
}

uml_ended() {
	! recorded_pid "$machines/$1/process" >/dev/null
}

uml_power_off() {
	uml_run_in "$1" systemctl --quiet --no-block poweroff
	until_true 180 uml_ended "$1" || die "machine $1 does not power off: $(console "$1")"
}

uml_kill() {
	process=$(recorded_pid "$machines/$1/process") || return 0
	kill -KILL "$process" 2>/dev/null || :
	until_true 30 uml_ended "$1" || die "cannot kill machine $1 (PID $process)"
}

# The files are on the machine's own disk, which this host cannot read.
uml_root() {
	die "root: the files of machine $1 are on a disk of its own: use put and exec"
}

# Two links to this host: for tests, and for the agent.
make_taps() {
	number=$(cat "$machines/$1/link")
	uml_remove_link "$1"
	make_tap "unitlet$number" "$host4" "$machine4.$number"
	make_tap "unitlet-m$number" 10.204.0.1 "10.204.0.$number"
	[ ! -e /proc/net/if_inet6 ] || ip addr add "$host6" peer "$machine6:$number" dev "unitlet$number" nodad
}

make_tap() {
	ip tuntap add dev "$1" mode tap
	ip addr add "$2" peer "$3" dev "$1"
	ip link set "$1" up
}

uml_remove_link() {
	for link in unitlet unitlet-m; do
		ip link del "$link$(cat "$machines/$1/link")" 2>/dev/null || :
	done
}

uml_down() {
	uml_kill "$1"
	release_link "$1"
	rm -rf "${machines:?}/$1"
}

uml_leader() {
	recorded_pid "$machines/$1/process" || die "machine $1 does not run (it was powered off?): boot it with: machine.sh crash $1"
}
