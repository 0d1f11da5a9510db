#!/bin/sh
# `npm test`: installs what is missing, runs the tests with the project's own Node, and leaves nothing behind.
# UNITLET_KEEP=1 keeps machines and the control plane for the next run. --machine KIND boots machines of that kind (machine/machine.sh).
# --slow runs the files of support/slow-files.ts, which a run without arguments leaves out.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$top"
if [ -z "${UNITLET_TEST_STATE:-}" ]; then
	# A directory of its own for each run, so that two of them do not share machines; a fixed one to find again what was kept.
	UNITLET_TEST_STATE=/run/unitlet-test
	[ "${UNITLET_KEEP:-}" = 1 ] || UNITLET_TEST_STATE=/run/unitlet-test-$$
fi
export UNITLET_TEST_STATE
# shellcheck source=support/shell.sh
. test/support/shell.sh
# shellcheck source=support/packages.sh
. test/support/packages.sh
# shellcheck source=support/prepare.sh
. test/support/prepare.sh
# shellcheck source=../units/install/path.sh
. units/install/path.sh
# shellcheck source=../units/install/build.sh
. units/install/build.sh

# Without a path, or with one among these folders, real parts are needed; so is root.
needs_real_parts() {
	[ $# -gt 0 ] || return 0
	for argument in "$@"; do
		case $argument in
		pure | --project=pure) return 1 ;;
		*test/systemd* | *test/control-plane* | *test/e2e* | *test/attacks* | --bench | --chaos) return 0 ;;
		test/*) pure=1 ;;
		esac
	done
	[ -z "${pure:-}" ]
}

# Tests see nothing of the caller's environment that could change what they measure or whom they trust.
scrubbed() {
	set -- PATH="$top/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="${HOME:-/root}" UNITLET_TEST_PREPARED=1 \
		TERM="${TERM:-dumb}" LANG=C.UTF-8 ${CI:+CI="$CI"} ${KUBEBUILDER_ASSETS:+KUBEBUILDER_ASSETS="$KUBEBUILDER_ASSETS"} \
		${XDG_CACHE_HOME:+XDG_CACHE_HOME="$XDG_CACHE_HOME"} "$@"
	for name in $(env | sed -n 's/^\(UNITLET_[A-Z_]*\)=.*/\1/p'); do
		eval "set -- \"\$name=\$$name\" \"\$@\""
	done
	exec env -i "$@"
}

clean_up() {
	[ "${UNITLET_KEEP:-}" != 1 ] || { say "kept: the machines and the control plane in $UNITLET_TEST_STATE"; return; }
	remove_state "$UNITLET_TEST_STATE"
}

remove_state() {
	[ -d "$1" ] || return 0
	UNITLET_TEST_STATE=$1 sh test/machine/machine.sh down-all || say "could not remove all machines of $1"
	UNITLET_TEST_STATE=$1 sh test/control-plane/control-plane.sh --older down
	UNITLET_TEST_STATE=$1 sh test/control-plane/control-plane.sh down
}

# A run that was killed could not clean up.
remove_dead_runs() {
	for old in /run/unitlet-test-[0-9]*; do
		[ ! -d "$old" ] || kill -0 "${old##*-}" 2>/dev/null || remove_state "$old"
	done
}

if [ "${1:-}" = --machine ]; then
	[ $# -ge 2 ] || die "--machine needs a kind, such as v2"
	UNITLET_TEST_MACHINE=$2
	export UNITLET_TEST_MACHINE
	shift 2
	set -- --project=real "$@"
fi
# Both lanes include files on the other kind of machine (machine/v2-files.ts). The slow files are in support/slow-files.ts.
if [ "${1:-}" = --slow ]; then
	UNITLET_TEST_LANE=slow
	shift
	set -- --project=real --project=v2 "$@"
elif [ $# = 0 ] && [ "$(id -u)" = 0 ]; then
	UNITLET_TEST_LANE=ordinary
fi
[ -z "${UNITLET_TEST_LANE:-}" ] || export UNITLET_TEST_LANE
ensure_modules
# Each of its lanes is a run of its own.
if [ "${1:-}" = --matrix ]; then
	shift
	exec "$node" test/matrix/main.ts "$@"
fi
if needs_real_parts "$@"; then
	if [ "$(id -u)" = 0 ]; then
		remove_dead_runs
		prepare_real_parts "$@"
	elif [ -z "${CI:-}" ]; then
		say "not root: only the pure tests run, without real machines and a control plane"
		set -- --project pure "$@"
	else
		die "the tests need root for real machines and a control plane; without them nothing may be called tested in CI"
	fi
fi
if [ "${1:-}" = --bench ] || [ "${1:-}" = --chaos ]; then
	program=test/${1#--}/main.ts
	shift
	set -- "$node" "$program" "$@"
else
	set -- "$node" node_modules/vitest/vitest.mjs run "$@"
fi
trap clean_up EXIT
(scrubbed "$@") &
tests=$!
trap 'kill $tests 2>/dev/null; wait $tests || :; exit 130' INT TERM HUP
wait $tests
