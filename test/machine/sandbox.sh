#!/bin/sh
# install.sh --sandbox [--shell] [--cluster]: installs unitlet in a temporary machine with systemd, and shows it at work.
# shellcheck disable=SC1090,SC2016
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/test/support/packages.sh"
for part in path progress host build; do
	. "$top/units/install/$part.sh"
done
UNITLET_TEST_STATE=/run/unitlet-sandbox-$$
export UNITLET_TEST_STATE
# A test run may use another kind of machine, which needs an image.
unset UNITLET_TEST_MACHINE
name=sandbox
shell=no cluster=no

machine() {
	sh "$top/test/machine/machine.sh" "$@"
}

control_plane() {
	sh "$top/test/control-plane/control-plane.sh" "$@"
}

in_machine() {
	machine exec "$name" "$@"
}

title() {
	if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

# Prints a command line, runs it in the machine and prints its output.
show() {
	printf '\n$ %s\n' "$*"
	in_machine sh -c "export SYSTEMD_PAGER= SYSTEMD_COLORS=0 SYSTEMD_URLIFY=0 COLUMNS=130; $*" 2>&1 </dev/null | sed 's/^/  /'
}

show_kubectl() {
	printf '\n$ kubectl %s\n' "$*"
	control_plane kubectl "$@" 2>&1 </dev/null | sed 's/^/  /'
}

clean_up() {
	trap '' INT TERM HUP
	[ "$cluster" = no ] || control_plane down >/dev/null 2>&1 || :
	machine down-all >/dev/null 2>&1 || say "could not remove the machine: sh test/machine/machine.sh down-all, with UNITLET_TEST_STATE=$UNITLET_TEST_STATE"
	rm -rf "$UNITLET_TEST_STATE"
}

# Removes what killed sandboxes have left.
remove_dead_sandboxes() {
	for old in /run/unitlet-sandbox-[0-9]*; do
		[ ! -d "$old" ] || kill -0 "${old##*-}" 2>/dev/null || (UNITLET_TEST_STATE=$old cluster=yes && clean_up)
	done
}

get_npm_packages() {
	if ! modules_are_there; then
		command -v npm >/dev/null || step "Installing npm" ensure_commands npm:npm
		step "Downloading npm packages" install_modules
		find_node || die "npm brought no Node that runs here: unitlet needs Linux on x86_64 or aarch64 with glibc 2.28 or newer"
	fi
}

# The machine has this host's root file system. A clone on another file system is copied.
boot() {
	step "Booting a machine with systemd" machine up "$name" --net private
	clone=$top
	in_machine test -e "$clone/install.sh" || step "Copying this clone into the machine" copy_clone
}

copy_clone() {
	in_machine mkdir -p "$clone"
	tar -C "$top" --exclude=./.git --exclude=./dist -cf - . | machine exec "$name" tar -C "$clone" -xf -
}

install_inside() {
	title "./install.sh${*:+ $*}"
	in_machine sh -c 'cd "$1" && shift && ./install.sh "$@"' sh "$clone" "$@" </dev/null
}

fetch() {
	if command -v curl >/dev/null; then
		echo "curl -s http://localhost:8080/"
	else
		echo "perl -MIO::Socket -e '\$s = IO::Socket::INET->new(q(localhost:8080)) or exit 1; print \$s qq(GET /\$/\$/); print <\$s>'"
	fi
}

wait_for_answer() {
	until in_machine sh -c "$(fetch)" >/dev/null 2>&1; do
		sleep 0.1
		[ "$(step_seconds)" -lt 20 ] || { in_machine journalctl -u unitlet-sync -n 20 -o cat && return 1; }
	done
}

show_pod() {
	title "A pod, without a cluster"
	show "cp $clone/test/machine/example.yaml /etc/unitlet/manifests/"
	step "Waiting for the timer to find it" wait_for_answer
	show "$(fetch)"
	show "unitlet status"
	show "systemctl list-timers unitlet-sync.timer"
	show "systemctl status 'unitlet.*.service' --lines=3 | cut -c1-130"
	show "journalctl -u unitlet-sync -o cat"
	show "journalctl --namespace=unitlet.default -u unitlet.default.hello.web -o cat"
}

join_cluster() {
	title "A Kubernetes control plane"
	step "Building it (10 minutes, only once)" control_plane build
	step "Starting it" control_plane up
	server=$(control_plane env | sed -n "s/.*UNITLET_API_SERVER='\(.*\)'/\1/p" | sed "s/127\.0\.0\.1/$(machine host-addr "$name")/")
	control_plane node-kubeconfig "$name" --server "$server" | in_machine sh -c 'umask 077; cat >/root/kubeconfig'
	install_inside --kubeconfig /root/kubeconfig --pod-network host --set watch=yes --set taint=no --set hostFiles=default
	step "Waiting until the node is ready" control_plane kubectl wait --for=condition=Ready "node/$name" --timeout=30s
}

show_deployment() {
	title "A Deployment"
	show_kubectl get nodes -o wide
	show_kubectl create -f "$top/test/machine/example-deployment.yaml"
	show_kubectl rollout status deployment/hello --timeout=60s
	show_kubectl get pods -o wide
	show "unitlet status"
	title "Scaled"
	show_kubectl scale deployment/hello --replicas=5
	show_kubectl rollout status deployment/hello --timeout=60s
	show_kubectl get pods
	title "Rolled out"
	show_kubectl set env deployment/hello GREETING=Welcome
	show_kubectl rollout status deployment/hello --timeout=60s
	show_kubectl get pods
	show "journalctl --namespace=unitlet.default -u 'unitlet.default.hello-*' -o short-monotonic -n 5"
	show "journalctl -u unitlet-sync -o cat -n 12 | cut -c1-130"
}

for option in "$@"; do
	case $option in
	--shell) shell=yes ;;
	--cluster) cluster=yes ;;
	*) die "unknown option $option" ;;
	esac
done
[ "$(uname -s)" = Linux ] || die "this is $(uname -s): the sandbox is a machine within Linux"
[ "$(id -u)" = 0 ] || die "the sandbox boots a machine, which needs root; nothing of it stays on this host: sudo ./install.sh --sandbox"
trap clean_up EXIT
remove_dead_sandboxes
get_npm_packages
boot
install_inside
show_pod
if [ "$cluster" = yes ]; then
	join_cluster
	show_deployment
fi
if [ "$shell" = yes ]; then
	title "Your shell in the machine (exit removes it)"
	machine shell "$name" || :
else
	say "
That was all. The machine is removed now; ./install.sh --sandbox --shell lets you look around in one."
fi
