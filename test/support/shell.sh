# What every script needs: where things are, how to speak, whether a recorded process is still the one we started.
# shellcheck shell=sh disable=SC2034

state=${UNITLET_TEST_STATE:-/run/unitlet-test}

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# PID and start time together: a PID alone may belong to somebody else by now.
process_record() {
	[ -r "/proc/$1/stat" ] || return 1
	# The name in parentheses may hold spaces; field 22 (start time) is the 20th after it.
	stat=$(cat "/proc/$1/stat" 2>/dev/null) && [ -n "$stat" ] || return 1
	# shellcheck disable=SC2086
	set -- "$1" ${stat##*) }
	[ "$2" != Z ] || return 1
	echo "$1 ${21}"
}

# Prints the PID kept in the file, when that process still runs.
recorded_pid() {
	[ -s "$1" ] || return 1
	record=$(cat "$1")
	[ "$(process_record "${record%% *}")" = "$record" ] || return 1
	echo "${record%% *}"
}

# until_true SECONDS CMD…
until_true() {
	deadline=$(($(date +%s) + $1))
	shift
	until "$@"; do
		# One more look when the time is up: it may be this process that could not run.
		[ "$(date +%s)" -lt "$deadline" ] || { "$@"; return; }
		sleep 0.1
	done
}
