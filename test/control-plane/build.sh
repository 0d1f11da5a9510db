# Compiles the programs of the control plane into a cache, once per version. go.mod has the version.
# shellcheck shell=sh disable=SC2154

caches=${UNITLET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/unitlet}/control-plane

version_in() {
	sed -n 's/^\(require\)\{0,1\}[[:space:]]k8s.io\/kubernetes \(v[0-9.]*\).*/\2/p' "$1/go.mod"
}

# from_modules DIRECTORY PROGRAM…: sets the modules and programs for the functions below.
from_modules() {
	modules=$1 version=$(version_in "$1")
	cache=$caches/$version
	shift
	programs=$*
}

# Prints the path of a program. KUBEBUILDER_ASSETS (of envtest) may have some of the programs.
program() {
	if [ -n "$release" ] && [ "$1" = kube-apiserver ]; then
		echo "$caches/$(version_in "$here/$release")/$1"
	elif [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -x "$KUBEBUILDER_ASSETS/$1" ]; then
		echo "$KUBEBUILDER_ASSETS/$1"
	else
		echo "$caches/$(version_in "$here")/$1"
	fi
}

missing_programs() {
	for name in $programs; do
		[ -x "$(program "$name")" ] || echo "$name"
	done
}

build() {
	if [ -n "$release" ]; then
		from_modules "$here/$release" kube-apiserver
		build_missing
	fi
	from_modules "$here" etcd kube-apiserver kube-controller-manager kube-scheduler kubectl kube-proxy
	build_missing
}

build_missing() {
	[ -n "$(missing_programs)" ] || return 0
	mkdir -p "$cache"
	# With the lock, the second of two concurrent test runs finds all programs.
	(
		flock 9
		[ -z "$(missing_programs)" ] || compile "$(missing_programs)"
	) 9>"$cache/.lock"
}

compile() {
	must_be_prepared "a program of the control plane"
	command -v go >/dev/null || die "Go is missing: the control plane is built from source (https://go.dev/dl, $(grep '^go ' "$modules/go.mod") or newer), or set KUBEBUILDER_ASSETS"
	# shellcheck disable=SC2086
	say "compiling Kubernetes $version, once:" $1 "(about 10 minutes on two cores for a whole control plane)"
	packages=''
	for name in $1; do
		packages="$packages $(package_of "$name")"
	done
	rm -rf "$cache/new"
	mkdir "$cache/new"
	(cd "$modules" && go_build "$packages") 2>"$cache/build.log" 9>&- &
	compiler=$!
	trap 'kill $compiler 2>/dev/null; exit 130' INT TERM
	report_progress $compiler
	wait $compiler || die "compiling failed: $(tail -n 20 "$cache/build.log")"
	trap - INT TERM
	[ ! -e "$cache/new/server" ] || mv "$cache/new/server" "$cache/new/etcd"
	mv "$cache/new/"* "$cache/"
	rmdir "$cache/new"
	rm -f "$cache/build.log"
	say "compiled into $cache"
}

package_of() {
	case $1 in
	etcd) echo go.etcd.io/etcd/server/v3 ;;
	*) echo "k8s.io/kubernetes/cmd/$1" ;;
	esac
}

go_build() {
	minor=${version#*.}
	stamp="-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=${version%%.*}"
	stamp="$stamp -X k8s.io/component-base/version.gitMinor=${minor%%.*}"
	# shellcheck disable=SC2086
	CGO_ENABLED=0 exec go build -v -trimpath -o "$cache/new" -ldflags "-s -w $(echo "$stamp" | sed 's/gitMajor=v/gitMajor=/')" $1
}

report_progress() {
	seconds=0
	while kill -0 "$1" 2>/dev/null; do
		sleep 1
		seconds=$((seconds + 1))
		[ $((seconds % 15)) != 0 ] || say "$seconds s: $(wc -l <"$cache/build.log") modules and packages done"
	done
}
