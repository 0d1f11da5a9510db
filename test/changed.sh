#!/bin/sh
# `npm run test:changed`: the pure tests, then the tests on machines and control planes that belong to what has changed.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$top"
# shellcheck source=support/shell.sh
. test/support/shell.sh
# shellcheck source=../units/install/path.sh
. units/install/path.sh
# shellcheck source=../units/install/build.sh
. units/install/build.sh

sh test/run.sh --project pure
find_node || die "the project's own Node is missing"
chosen=$("$node" test/changed/main.ts)
[ -n "$chosen" ] || { say "no test on real parts belongs to what has changed"; exit 0; }
say "$(printf '%s\n' "$chosen" | wc -l) files with tests on real parts belong to what has changed"
# shellcheck disable=SC2086
exec sh test/run.sh $chosen
