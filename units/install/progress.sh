# Messages and progress, for install.sh and the sandbox.
# shellcheck shell=sh disable=SC2154,SC2034

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s\n' "${0##*/}: $*" >&2
	exit 1
}

step_pid='' step_log=''

# step WHAT COMMAND…: runs a command in a subshell and shows its progress. Its output is shown only when it fails, and then
# step_failed is called.
step() {
	step_what=$1
	shift
	step_log=$(mktemp)
	step_began=$(date +%s)
	printf '%-46s' "$step_what"
	("$@") >"$step_log" 2>&1 </dev/null &
	step_pid=$!
	show_until_end "$step_pid"
	code=0
	wait "$step_pid" || code=$?
	step_pid=''
	if [ "$code" = 0 ]; then
		printf '%s s\n' "$(step_seconds)"
	else
		printf 'failed after %s s\n' "$(step_seconds)"
		sed 's/^/  /' "$step_log" >&2
	fi
	rm -f "$step_log"
	[ "$code" = 0 ] || step_failed
}

# Ends the installation. remove.sh replaces it.
step_failed() {
	exit 1
}

step_seconds() {
	echo $(($(date +%s) - step_began))
}

# Shows the elapsed seconds in place on a terminal, and otherwise a dot every 10 s.
show_until_end() {
	ticks=0
	while sleep 0.2 && kill -0 "$1" 2>/dev/null; do
		ticks=$((ticks + 1))
		if [ -t 1 ]; then
			printf '\r%-46s%s s ' "$step_what" "$(step_seconds)"
		elif [ $((ticks % 50)) = 0 ]; then
			printf '.'
		fi
	done
	[ ! -t 1 ] || printf '\r%-46s' "$step_what"
}

# Background jobs of a script do not receive the SIGINT of Ctrl-C.
interrupted() {
	trap '' INT TERM HUP
	[ -z "$step_pid" ] || kill_tree "$step_pid"
	[ -z "$step_log" ] || rm -f "$step_log"
	printf '\n'
	exit 130
}

kill_tree() {
	for child in $(ps -o pid= --ppid "$1"); do
		kill_tree "$child"
	done
	kill "$1" 2>/dev/null || :
}

trap interrupted INT TERM HUP
