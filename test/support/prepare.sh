# Compiles and downloads everything that tests need, because no test does that. Needs $top (the clone).
# shellcheck shell=sh disable=SC2154

ensure_modules() {
	! modules_are_there || return 0
	command -v npm >/dev/null || die "npm is missing: it comes with Node.js (any version; the tests then run with the project's own)"
	say "installing npm packages (npm ci)"
	npm_log=$(mktemp)
	(install_modules) >"$npm_log" 2>&1 </dev/null || die "npm could not install the packages: $(grep -v EBADENGINE "$npm_log")"
	rm -f "$npm_log"
	find_node || die "the project's own Node is missing in node_modules/node-linux-*: run npm ci --include=optional (there is one for Linux on x64 and arm64)"
}

# prepare_real_parts ARGUMENT…: prepares what the selected tests need besides npm packages.
prepare_real_parts() {
	ensure_packages
	say "building the bundles"
	(bundle)
	case ${UNITLET_TEST_MACHINE:-${UNITLET_TEST_LANE:+v2}} in v2*) prepare_v2 "${UNITLET_TEST_MACHINE:-v2}" ;; esac
	! is_needed 'older: true' "$@" || sh test/control-plane/control-plane.sh --older build
	sh test/control-plane/control-plane.sh build
	! is_needed 'MetricsServer\.start' "$@" || sh test/metrics-server/build.sh >/dev/null
	! is_needed 'startAddons(' "$@" || sh test/coredns/build.sh >/dev/null
	! is_needed 'startFlannel(' "$@" || sh test/flannel/build.sh >/dev/null
	! is_needed 'startKubeRouter(' "$@" || sh test/kube-router/build.sh >/dev/null
	! is_needed 'releaseFile(' "$@" || sh units/release/release.sh "$("$node" -p process.arch)" >/dev/null
	! is_compared "$@" || sh test/kubelet/build.sh >/dev/null
	! is_needed 'debianFiles()' "$@" || sh test/support/debian-root.sh >/dev/null
}

# prepare_v2 KIND: the image of the kind and the kernel, for machines in user-mode Linux.
prepare_v2() {
	image=${1#v2}
	image=${image#-}
	sh test/machine/uml/kernel.sh >/dev/null
	sh test/machine/uml/image.sh "${image:-trixie}" >/dev/null
}

# is_compared ARGUMENT…: true when the arguments select the part of the bench that measures the kubelet.
is_compared() {
	case " $* " in
	*' --check '*) return 1 ;;
	*' --bench '*' --only '*kubelet*) return 0 ;;
	*' --only '*) return 1 ;;
	*' --bench '*) return 0 ;;
	*) return 1 ;;
	esac
}

# is_needed PATTERN ARGUMENT…: true when the arguments may select a test file that contains the pattern.
is_needed() {
	pattern=$1
	shift
	# shellcheck disable=SC2013
	for file in $(grep -rl --include='*.test.ts' -e "$pattern" test); do
		! is_in_lane "$file" || ! is_chosen "$file" "$@" || return 0
	done
	return 1
}

is_in_lane() {
	case ${UNITLET_TEST_LANE:-} in
	slow) grep -qF "\"$1\"" test/support/slow-files.ts ;;
	ordinary) ! grep -qF "\"$1\"" test/support/slow-files.ts ;;
	esac
}

# is_chosen FILE ARGUMENT…: like Vitest, an argument that is a path selects the files whose path contains it.
is_chosen() {
	chosen=$1 has_paths=no
	shift
	for argument in "$@"; do
		case $argument in
		--bench | --chaos) return 1 ;;
		test/*) has_paths=yes ;;
		*) continue ;;
		esac
		case $chosen in *"$argument"*) return 0 ;; esac
	done
	[ "$has_paths" = no ]
}
