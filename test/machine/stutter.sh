#!/bin/sh
# stutter.sh STANDS RUNS COMMAND…: runs a test command that stalls for STANDS seconds after every RUNS seconds. The command, its
# machines and its control plane are stalled together, as when a virtual machine migrates or gets no CPU.
set -eu

stands=$1 runs=$2
shift 2
export UNITLET_TEST_STATE="${UNITLET_TEST_STATE:-/run/unitlet-stutter-$$}"
own=$(basename "$UNITLET_TEST_STATE")-command

# The freezer is a hierarchy of cgroup v1, and a file in each group of v2.
if [ -d /sys/fs/cgroup/freezer ]; then
	tree=/sys/fs/cgroup/freezer file=freezer.state still=FROZEN moving=THAWED
else
	tree=/sys/fs/cgroup file=cgroup.freeze still=1 moving=0
fi

each_group() {
	for group in "$tree/$own" "$tree/$(basename "$UNITLET_TEST_STATE")"/*/; do
		{ echo "$1" >"$group/$file"; } 2>/dev/null || :
	done
}

stutter() {
	while sleep "$runs"; do
		each_group "$still"
		sleep "$stands"
		each_group "$moving"
	done
}

mkdir -p "$tree/$own"
stutter &
stutterer=$!
trap 'kill "$stutterer" 2>/dev/null; each_group "$moving"; rmdir "$tree/$own" 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM HUP
code=0
sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$tree/$own" "$@" || code=$?
exit "$code"
