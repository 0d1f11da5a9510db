# The state directory, messages, and the records of processes, for every script of the tests.
# shellcheck shell=sh disable=SC2034

state=${UNITLET_TEST_STATE:-/run/unitlet-test}

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# Prints the PID and the start time of a process, because the kernel may give the PID to another process later.
process_record() {
	[ -r "/proc/$1/stat" ] || return 1
	# The name in parentheses may contain spaces. Field 22 (the start time) is the 20th after it.
	stat=$(cat "/proc/$1/stat" 2>/dev/null) && [ -n "$stat" ] || return 1
	# shellcheck disable=SC2086
	set -- "$1" ${stat##*) }
	[ "$2" != Z ] || return 1
	echo "$1 ${21}"
}

# Prints the PID that a file records, if that process still runs.
recorded_pid() {
	[ -s "$1" ] || return 1
	record=$(cat "$1")
	[ "$(process_record "${record%% *}")" = "$record" ] || return 1
	echo "${record%% *}"
}

# until_true SECONDS COMMAND…: repeats a command until it succeeds. Fails after that time.
until_true() {
	deadline=$(($(date +%s) + $1))
	shift
	until "$@"; do
		# One more attempt after the time is up, because this process may have been stalled.
		[ "$(date +%s)" -lt "$deadline" ] || { "$@"; return; }
		sleep 0.1
	done
}
