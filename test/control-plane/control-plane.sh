#!/bin/sh
# A real Kubernetes control plane for tests: etcd, API server, controller manager and scheduler, built from go.mod.
# shellcheck disable=SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=../support/shell.sh
. "$here/../support/shell.sh"
# --older selects a second control plane, with an API server that is two years old. UNITLET_TEST_KUBERNETES=1.34 gives the first one the
# API server of v1.34/go.mod.
release=${UNITLET_TEST_KUBERNETES:+v$UNITLET_TEST_KUBERNETES}
[ "${1:-}" != --older ] || { release=older && shift; }
[ -z "$release" ] || [ -e "$here/$release/go.mod" ] || die "UNITLET_TEST_KUBERNETES=$UNITLET_TEST_KUBERNETES: there is no $here/$release/go.mod"
dir=$state/control-plane${release:+-$release}
for part in ../support/packages ../../units/install/path build pki kubeconfig bootstrap servers; do
	# shellcheck disable=SC1090
	. "$here/$part.sh"
done

usage() {
	cat <<'USAGE'
usage: control-plane.sh [--older] COMMAND
  build              compile the programs (10 minutes at first), or nothing when they are there
  version            the version of its API server
  program NAME       the path of a program, such as kube-proxy
  up | down          start (or keep) a fresh cluster / kill it and leave nothing behind
  env                shell lines that set KUBECONFIG, UNITLET_API_SERVER, UNITLET_API_CA and PATH
  kubectl ARG…       as administrator
  node-kubeconfig NAME [--server URL] [--token]
                     the credentials of node NAME: a client certificate, or a bearer token (for node-1 … node-99)
  serving-cert DIR SAN…
                     write DIR/tls.crt and DIR/tls.key, signed by the cluster's CA (SAN: an address or a DNS name)
  freeze | thaw      stop the API server from answering, and go on
  stop-apiserver | start-apiserver
USAGE
}

# Test files run concurrently, and each calls this. The first starts the control plane, and the others wait.
up() {
	ensure_packages
	build
	mkdir -p "$state" "$caches"
	(
		flock 9
		is_up || start_anew
	) 9>"$state/control-plane.lock" 8>"$caches/.ports"
}

start_anew() {
	[ ! -d "$dir" ] || down
	started=$(date +%s)
	mkdir -p "$dir/log" "$dir/pid"
	trap 'say "the control plane did not come up: removing it"; down' EXIT
	trap 'exit 130' INT TERM
	# The lock also excludes other test runs: until the servers listen, their ports look free.
	flock 8
	choose_ports
	make_pki
	make_tokens
	make_kubeconfigs
	start_all
	trap - EXIT INT TERM
	say "the control plane is up at $(api_url) ($(($(date +%s) - started)) s)"
}

show_env() {
	echo "export KUBECONFIG='$dir/admin.kubeconfig'"
	echo "export UNITLET_API_SERVER='$(api_url)'"
	echo "export UNITLET_API_CA='$pki/ca.crt'"
	echo "export PATH='$(dirname "$(program kubectl)")':\"\$PATH\""
}

node_kubeconfig() {
	name=$1
	shift
	server=$(api_url) kind=certificate
	while [ $# -gt 0 ]; do
		case $1 in
		--server) [ $# -ge 2 ] || die "node-kubeconfig: --server needs a URL"; server=$2; shift ;;
		--token) kind=token ;;
		*) die "node-kubeconfig: unknown option $1 (see control-plane.sh help)" ;;
		esac
		shift
	done
	case $kind in
	token) secret=$(node_token "$name") ;;
	certificate) secret=$(node_certificate "$name") ;;
	esac
	kubeconfig "$server" "$kind" "$secret"
}

[ $# -gt 0 ] || { usage >&2; exit 2; }
command=$1
shift
case $command in
help | -h | --help) usage ;;
build) build ;;
version) version_in "$here${release:+/$release}" ;;
program) program "$1" ;;
up) up ;;
down) rm -f "$state/control-plane.lock" && down ;;
env | kubectl | node-kubeconfig | serving-cert | freeze | thaw | stop-apiserver | start-apiserver)
	[ -e "$dir/port" ] || die "the control plane is not up: start it with: $here/control-plane.sh up"
	case $command in
	env) show_env ;;
	kubectl) KUBECACHEDIR=$dir/kubectl-cache exec "$(program kubectl)" --kubeconfig="$dir/admin.kubeconfig" "$@" ;;
	node-kubeconfig) [ $# -gt 0 ] || die "node-kubeconfig: which node?"; node_kubeconfig "$@" ;;
	serving-cert) [ $# -ge 2 ] || die "serving-cert: give a directory and at least one address or name"; serving_certificate "$@" ;;
	freeze) kill -STOP "$(pid_of kube-apiserver)" ;;
	thaw) kill -CONT "$(pid_of kube-apiserver)" ;;
	stop-apiserver) stop kube-apiserver ;;
	start-apiserver) start_apiserver ;;
	esac
	;;
*) usage >&2; die "unknown command $command" ;;
esac
