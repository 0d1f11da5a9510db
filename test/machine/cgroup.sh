# A cgroup of its own for each machine in every hierarchy: two PID 1s below one cgroup own the same paths and kill each other's units.
# shellcheck shell=sh disable=SC2154

cgroup_mounts() {
	awk '{ for (i = 7; i <= NF; i++) if ($i == "-") { if ($(i + 1) ~ /^cgroup2?$/) print $(i + 1), $5; next } }' /proc/self/mountinfo
}

# Two test runs at once have two state directories, so their machines may have the same names.
cgroup_parent=$(basename "$state")

cgroup_paths() {
	cgroup_mounts | while read -r _ mount; do
		echo "$mount/$cgroup_parent/$1"
	done
}

make_cgroups() {
	cgroup_mounts | while read -r kind mount; do
		# Again: the last machine of another test takes the parent along.
		until_true 10 mkdir -p "$mount/$cgroup_parent/$1" || die "cannot make a cgroup in $mount: it must be writable for the tests to boot a machine"
		case $kind in
		cgroup) fill_cpuset "$mount" "$cgroup_parent" "$cgroup_parent/$1" ;;
		cgroup2) delegate_controllers "$mount" && delegate_controllers "$mount/$cgroup_parent" ;;
		esac
	done
}

# v1: nothing may enter a cpuset that names no CPU and no memory node.
fill_cpuset() {
	[ -e "$1/cpuset.cpus" ] || return 0
	for below in "$2" "$3"; do
		cat "$1/cpuset.cpus" >"$1/$below/cpuset.cpus"
		cat "$1/cpuset.mems" >"$1/$below/cpuset.mems"
	done
}

delegate_controllers() {
	wanted=$(sed 's/^\| / +/g' "$1/cgroup.controllers")
	[ -n "${wanted# +}" ] || return 0
	{ echo "$wanted" >"$1/cgroup.subtree_control"; } 2>/dev/null && return 0
	# Inside a container the "root" is an ordinary cgroup: it can hand controllers down only once no process sits in it.
	mkdir -p "$1/unitlet-outside"
	while read -r pid; do
		{ echo "$pid" >"$1/unitlet-outside/cgroup.procs"; } 2>/dev/null || :
	done <"$1/cgroup.procs"
	echo "$wanted" >"$1/cgroup.subtree_control" || die "cannot hand the controllers$wanted down from $1: limits would not act in test machines"
}

# Moves the calling (sub)shell; 0 means "whoever writes".
enter_cgroups() {
	for path in $(cgroup_paths "$1"); do
		echo 0 >"$path/cgroup.procs"
	done
}

# A process started from outside belongs where the machine's PID 1 is, or systemd inside may not move it (scopes fail).
enter_cgroups_of() {
	for path in $(cgroups_of "$1"); do
		{ echo 0 >"$path/cgroup.procs"; } 2>/dev/null || :
	done
}

cgroups_of() {
	awk '
		FNR == NR {
			for (i = 7; $i != "-"; i++);
			count = $(i + 1) == "cgroup" ? split($NF, options, ",") : $(i + 1) == "cgroup2"
			for (o = 1; o <= count; o++) { mount[options[o]] = $5; top[options[o]] = $4 }
			delete options
			next
		}
		{
			name = $0; sub(/^[0-9]*:/, "", name); path = name; sub(/:.*/, "", name); sub(/^[^:]*:/, "", path); sub(/,.*/, "", name)
			if (!(name in mount)) next
			if (top[name] != "/" && index(path, top[name]) == 1) path = substr(path, length(top[name]) + 1)
			print mount[name] path
		}' /proc/self/mountinfo "/proc/$1/cgroup"
}

remove_cgroups() {
	for path in $(cgroup_paths "$1"); do
		[ ! -d "$path" ] || until_true 30 remove_cgroup "$path" || die "cannot remove the cgroup $path: still in it are $(tr '\n' ' ' <"$path/cgroup.procs")"
		rmdir "${path%/*}" 2>/dev/null || :
	done
}

remove_cgroup() {
	find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || [ ! -d "$1" ]
}
