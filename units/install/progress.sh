# Messages and progress, for install.sh and the sandbox.
# shellcheck shell=sh disable=SC2154,SC2034,SC2030,SC2031

# text, quiet (errors and warnings alone) or json: one object a line, with the keys of the command unitlet (src/cli/progress.ts).
output=text
install_began=$(date +%s)
has_result=no

say() {
	case $output in
	text) printf '%s\n' "$*" ;;
	json) json_line progress '"phase":"install"' "$*" ;;
	esac
}

warn() {
	case $output in
	text) printf '%s\n' "$*" ;;
	quiet) printf '%s\n' "$*" >&2 ;;
	json) json_line warning '' "$*" ;;
	esac
}

die() {
	[ "$output" != json ] || json_result 1 "$*"
	printf '%s\n' "${0##*/}: $*" >&2
	exit 1
}

# json_line TYPE KEYS MESSAGE: prints an object. KEYS are JSON, without a comma at the ends.
json_line() {
	printf '{"command":"install","type":"%s","seconds":%s,%s"message":"%s"}\n' \
		"$1" $(($(date +%s) - install_began)) "$2${2:+,}" "$(json_text "$3")"
}

# json_result STATUS MESSAGE: prints the last object.
json_result() {
	has_result=yes
	status_word="done"
	[ "$1" = 0 ] || status_word=failed
	json_line result "\"status\":\"$status_word\",\"exitStatus\":$1" "$2"
}

# Prints a text as the inside of a JSON string.
json_text() {
	printf '%s' "$1" | tr -d '\000-\010\013-\037\177' | sed -e ':a' -e '$!{N;ba' -e '}' -e 's/\\/\\\\/g; s/"/\\"/g; s/	/\\t/g; s/\n/\\n/g'
}

step_pid='' step_log=''

# step WHAT COMMAND…: runs a command in a subshell and shows its progress. Its output is shown only when it fails, and then
# step_failed is called.
step() {
	step_what=$1
	shift
	step_log=$(mktemp)
	step_began=$(date +%s)
	[ "$output" = text ] && [ ! -t 1 ] || show_step
	(output=text && "$@") >"$step_log" 2>&1 </dev/null &
	step_pid=$!
	show_until_end "$step_pid"
	code=0
	wait "$step_pid" || code=$?
	step_pid=''
	show_end
	rm -f "$step_log"
	[ "$code" = 0 ] || step_failed
}

# Ends the installation. remove.sh replaces it.
step_failed() {
	[ "$output" != json ] || json_result 1 "$step_what: failed"
	exit 1
}

step_seconds() {
	echo $(($(date +%s) - step_began))
}

# Shows a step that goes on, in place on a terminal.
show_step() {
	case $output in
	json) json_line progress "\"phase\":\"$step_what\"" "$step_what: $(step_seconds) s" ;;
	text) if [ -t 1 ]; then printf '\r%-46s%s s ' "$step_what" "$(step_seconds)"; else printf '%s: %s s\n' "$step_what" "$(step_seconds)"; fi ;;
	esac
}

# Shows the elapsed seconds, and in a log no line for a step of less than 1 s but its end.
show_until_end() {
	shown=0
	while sleep 0.2 && kill -0 "$1" 2>/dev/null; do
		[ "$(step_seconds)" != "$shown" ] || continue
		shown=$(step_seconds)
		show_step
	done
}

show_end() {
	took="$(step_seconds) s"
	[ "$code" = 0 ] || took="failed after $took"
	case $output in
	json) json_line progress "\"phase\":\"$step_what\"" "$step_what: $took" ;;
	text)
		[ ! -t 1 ] || printf '\r\033[K'
		printf '%-46s%s\n' "$step_what" "$took"
		;;
	esac
	[ "$code" = 0 ] || sed 's/^/  /' "$step_log" >&2
}

# Background jobs of a script do not receive the SIGINT of Ctrl-C.
interrupted() {
	trap '' INT TERM HUP
	[ -z "$step_pid" ] || kill_tree "$step_pid"
	[ -z "$step_log" ] || rm -f "$step_log"
	case $output in
	json) json_result 130 interrupted ;;
	text) printf '\n' ;;
	esac
	exit 130
}

kill_tree() {
	for child in $(ps -o pid= --ppid "$1"); do
		kill_tree "$child"
	done
	kill "$1" 2>/dev/null || :
}

# A command that fails ends the script (set -e), and a script has one result in any case.
ended() {
	code=$?
	[ "$code" = 0 ] || [ "$output" != json ] || [ "$has_result" = yes ] ||
		json_result "$code" "${0##*/} has failed: standard error has the reason"
}

trap interrupted INT TERM HUP
trap ended EXIT
