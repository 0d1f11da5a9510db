#!/bin/sh
# `npm run test:arm64`: runs bundles, helpers and packages for aarch64 by qemu-user. Arguments are those of Vitest.
# shellcheck disable=SC2154
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$top"
for part in test/support/shell test/support/packages test/support/prepare units/install/path units/install/build; do
	# shellcheck disable=SC1090
	. "$top/$part.sh"
done
[ "$(id -u)" = 0 ] || die "it needs root, which makes a user namespace with a format of programs"
ensure_modules
ensure_packages
sh test/arm64/root.sh >/dev/null
sh units/release/release.sh x64 arm64 >/dev/null
UNITLET_TEST_ARM64=1 UNITLET_TEST_PREPARED=1 "$node" node_modules/vitest/vitest.mjs run --project=arm64 "$@"
