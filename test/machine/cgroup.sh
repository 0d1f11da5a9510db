# A cgroup for each machine in every hierarchy. Two PID 1s in one cgroup would use the same paths and kill each other's units.
# shellcheck shell=sh disable=SC2154

cgroup_mounts() {
	awk '{ for (i = 7; i <= NF; i++) if ($i == "-") { if ($(i + 1) ~ /^cgroup2?$/) print $(i + 1), $5; next } }' /proc/self/mountinfo
}

# Concurrent test runs have different state directories, and their machines may have the same names.
cgroup_parent=$(basename "$state")

cgroup_paths() {
	cgroup_mounts | while read -r _ mount; do
		echo "$mount/$cgroup_parent/$1"
	done
}

make_cgroups() {
	cgroup_mounts | while read -r kind mount; do
		# Repeated, because another test removes the parent with its last machine.
		until_true 10 mkdir -p "$mount/$cgroup_parent/$1" || die "cannot make a cgroup in $mount: it must be writable for the tests to boot a machine"
		case $kind in
		cgroup) fill_cpuset "$mount" "$cgroup_parent" "$cgroup_parent/$1" ;;
		cgroup2) delegate_controllers "$mount" && delegate_controllers "$mount/$cgroup_parent" ;;
		esac
	done
}

# With cgroup v1 no process can enter a cpuset without CPUs and memory nodes.
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
	# In a container the root is an ordinary cgroup, which can delegate controllers only without processes of its own.
	mkdir -p "$1/unitlet-outside"
	while read -r pid; do
		{ echo "$pid" >"$1/unitlet-outside/cgroup.procs"; } 2>/dev/null || :
	done <"$1/cgroup.procs"
	echo "$wanted" >"$1/cgroup.subtree_control" || die "cannot hand the controllers$wanted down from $1: limits would not act in test machines"
}

# Moves the calling shell or subshell: 0 is the writing process.
enter_cgroups() {
	for path in $(cgroup_paths "$1"); do
		echo 0 >"$path/cgroup.procs"
	done
}

# Moves the calling shell to the cgroups of the machine's PID 1. systemd cannot move other processes into a scope.
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
		thaw "$path"
	done
	for path in $(cgroup_paths "$1"); do
		[ ! -d "$path" ] || until_true 30 remove_cgroup "$path" || die "cannot remove the cgroup $path: still in it are $(tr '\n' ' ' <"$path/cgroup.procs")"
		rmdir "${path%/*}" 2>/dev/null || :
	done
}

# A runtime that was killed in the machine may have left frozen processes, which do not die before they are thawed.
thaw() {
	find "$1" -name freezer.state -exec grep -l FROZEN {} + 2>/dev/null | while read -r state_file; do
		{ echo THAWED >"$state_file"; } 2>/dev/null || :
	done
}

remove_cgroup() {
	find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || [ ! -d "$1" ]
}
