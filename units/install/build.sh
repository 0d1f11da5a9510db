# Installs npm packages and builds the bundles. Needs $top (the clone).
# shellcheck shell=sh disable=SC2034,SC2154,SC2164

# True when the npm packages are installed. test/run.sh uses the same stamp. Packages installed by hand have no stamp, and count
# when npm has finished.
modules_are_there() {
	stamp=$top/node_modules/.unitlet-lock
	if [ -e "$stamp" ]; then
		[ "$(cat "$stamp")" = "$(lock_sum)" ] || return 1
	else
		[ -e "$top/node_modules/.package-lock.json" ] || return 1
	fi
	find_node
}

lock_sum() {
	sum=$(sha256sum "$top/package-lock.json")
	echo "${sum%% *}"
}

install_modules() {
	cd "$top"
	npm ci && lock_sum >node_modules/.unitlet-lock
}

# Sets node, the path of the project's Node. Fails when no Node runs here.
find_node() {
	for node in "$top"/node_modules/node-linux-*/bin/node; do
		! "$node" --version >/dev/null 2>&1 || return 0
	done
	return 1
}

build() {
	if ! modules_are_there; then
		check_npm
		step "Downloading npm packages" install_modules
		find_node || die "npm installed no Node that runs here: unitlet needs Linux on x86_64 or aarch64 with glibc 2.28 or newer"
	fi
	step "Building" bundle
	dist=$top/dist
}

bundle() {
	cd "$top"
	env -u NODE_OPTIONS -u NODE_EXTRA_CA_CERTS "$node" esbuild.config.ts
}

# install_release OPTION…: checks the tarball of --from and runs the install.sh that is in it, with the same options.
install_release() {
	[ -r "$from" ] || die "--from $from: the file does not exist or cannot be read"
	sum=$(sha256sum <"$from")
	sum=${sum%% *}
	wanted=${sha256:-$(listed_sum)}
	[ -n "$wanted" ] || die "--from $from: its checksum is not known. Put the release's SHA256SUMS beside it, or add --sha256 HEX"
	[ "$sum" = "$wanted" ] || die "--from $from: the checksum is $sum, and should be $wanted. Nothing was installed"
	unpacked=$(mktemp -d)
	trap 'rm -rf "$unpacked"' EXIT
	tar -xzf "$from" -C "$unpacked" --strip-components=1 --no-same-owner || die "--from $from: the archive cannot be unpacked"
	code=0
	# The other one prints the result.
	output=quiet
	sh "$unpacked/install.sh" "$@" --from "$unpacked/dist" || code=$?
	exit "$code"
}

# install_bundle OPTION…: runs the install.sh that is in a file of `unitlet bundle`, with the same options.
install_bundle() {
	[ -r "$bundle_file" ] || die "--bundle $bundle_file: the file does not exist or cannot be read"
	if [ -n "$sha256" ]; then
		sum=$(sha256sum <"$bundle_file")
		[ "${sum%% *}" = "$sha256" ] || die "--bundle $bundle_file: the checksum is ${sum%% *}, and should be $sha256. Nothing was installed"
	fi
	unpacked=$(mktemp -d -p /var/tmp)
	trap 'rm -rf "$unpacked"' EXIT
	tar -xf "$bundle_file" -C "$unpacked" --strip-components=1 --no-same-owner || die "--bundle $bundle_file: the archive cannot be unpacked"
	[ -d "$unpacked/bundle" ] || die "--bundle $bundle_file: the file is none of unitlet bundle"
	code=0
	output=quiet
	sh "$unpacked/install.sh" "$@" --from "$unpacked/dist" --bundle "$unpacked" || code=$?
	exit "$code"
}

# Prints the checksum of the tarball in the SHA256SUMS beside it.
listed_sum() {
	while read -r listed name; do
		[ "${name#\*}" != "${from##*/}" ] || echo "$listed"
	done 2>/dev/null <"$(dirname "$from")/SHA256SUMS" || :
}

# Uses the bundles of --from DIR, which were built elsewhere, and the Node beside them if there is one.
use_prebuilt() {
	dist=$1
	[ -e "$dist/run.cjs" ] || die "--from $dist: the directory has no run.cjs. Give the dist/ directory of a build"
	node=$dist/node
	[ -x "$node" ] || find_node || die "--from $dist: neither it nor $top/node_modules has a program 'node'"
}
