#!/bin/sh
# `npm run check`: everything that reads this project without running it. Installs what is missing.
# shellcheck disable=SC2046
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$top"
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

# Files of the repository, and those that are not committed yet.
ours() {
	git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
		[ ! -f "$file" ] || [ -L "$file" ] || echo "$file"
	done
}

# files_of PATTERN: of which a line among the first three matches. Helpers have no extension, and those that are sourced no shebang.
files_of() {
	ours | while read -r file; do
		! head -n 3 "$file" | grep -qaE "$1" || echo "$file"
	done
}

shell_files() {
	files_of '^#!.*[/ ](sh|bash|dash)( |$)|^# shellcheck shell='
}

perl_files() {
	files_of '^#!.*[/ ]perl( |$)'
	ours '*.pl' '*.pm'
}

# A warning is as good as an error.
check_perl() {
	for file in $(perl_files | sort -u); do
		said=$(perl -wc "$file" 2>&1) && [ "$said" = "$file syntax OK" ] || die "$said"
	done
}

# A && B || C is how these scripts say what they fall back to, and B does not fail there.
check_shell() {
	shellcheck --external-sources --source-path=SCRIPTDIR --exclude=SC2015 $(shell_files)
}

# check WHAT COMMAND…: all are made, also when one fails.
failed=''
check() {
	what=$1
	say "$what"
	shift
	("$@") || failed="$failed${failed:+, }$what"
}

ensure_modules
ensure_commands shellcheck:shellcheck git:git perl:perl-base
PATH=$(dirname "$node"):$top/node_modules/.bin:$PATH
check "formatting and lint" biome check --error-on-warnings .
check "types" tsc --noEmit
check "shell" check_shell
check "perl" check_perl
check "Markdown" markdownlint-cli2 --config test/lint/pages.markdownlint-cli2.jsonc
check "links" node test/lint/check-links.ts
[ -z "$failed" ] || die "failed: $failed"
