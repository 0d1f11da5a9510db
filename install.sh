#!/bin/sh
# Installs unitlet on this host, upgrades it, removes it; or shows it in a throwaway machine.
# shellcheck disable=SC2034,SC2154
set -eu

usage() {
	cat <<'USAGE'
usage: ./install.sh [OPTION…]            install, or upgrade: pods are not restarted, the configuration is kept
  --server URL --token-file FILE --ca-cert-hash sha256:HEX
                        join this cluster with a bootstrap token, see unitlet join --help; --token TOKEN, --ca-file FILE,
                        --unsafe-skip-ca-verification, --bootstrap-kubeconfig FILE are as there
  --kubeconfig FILE     join with an identity that was made elsewhere. Without any of these the node is standalone: pods come
                        from /etc/unitlet/manifests
  --node-name NAME      the same as --set nodeName=NAME
  --set KEY=VALUE       a setting of unitlet.conf; may be given several times
  --with-images         also install what images are pulled and run with, from the distribution: skopeo, umoci, crun
  --from DIR            install bundles that were built elsewhere
       ./install.sh --uninstall          remove everything
  --yes                 without asking
  --keep-pods           but leave the containers running
       ./install.sh --sandbox            only look: boot a throwaway machine with systemd, install there, show what happens
  --shell               then look around in it
  --cluster             with a real control plane: a Deployment is created, scaled and rolled out by kubectl

Environment: PREFIX (default /usr/local); DESTDIR (put files there, start nothing)
USAGE
}

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
mode=install from='' kubeconfig='' settings='' yes=no keep_pods=no sandbox_options='' with_images=no
for part in progress host build place endpoint join remove; do
	# shellcheck disable=SC1090
	. "$top/units/install/$part.sh"
done

parse_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kubeconfig | --node-name | --set | --from | --server | --token | --token-file | --ca-cert-hash | --ca-file | --bootstrap-kubeconfig) [ $# -ge 2 ] || die "$1 needs a value (see --help)" ;;
		esac
		case $1 in
		--kubeconfig) kubeconfig=$2 && shift ;;
		--node-name) add_setting "nodeName=$2" && shift ;;
		--set) add_setting "$2" && shift ;;
		--with-images) with_images=yes ;;
		--from) from=$2 && shift ;;
		--server | --token-file | --ca-cert-hash | --ca-file | --bootstrap-kubeconfig) add_join_option "$1" "$2" && shift ;;
		--token) if [ "$2" = - ]; then add_join_option --token -; else join_token=$2; fi && shift ;;
		--unsafe-skip-ca-verification) add_join_option "$1" ;;
		--uninstall) mode=uninstall ;;
		--yes | -y) yes=yes ;;
		--keep-pods) keep_pods=yes ;;
		--sandbox) mode=sandbox ;;
		--shell | --cluster) sandbox_options="$sandbox_options $1" ;;
		--help | -h) usage && exit ;;
		*) die "unknown option $1 (see --help)" ;;
		esac
		shift
	done
	[ -z "$sandbox_options" ] || [ "$mode" = sandbox ] || die "$sandbox_options goes with --sandbox"
	[ "$keep_pods" = no ] || [ "$mode" = uninstall ] || die "--keep-pods goes with --uninstall; an upgrade keeps them anyway"
	check_join_options
	[ -z "$kubeconfig" ] || [ -r "$kubeconfig" ] || die "--kubeconfig $kubeconfig: there is no such file, or it cannot be read"
}

# One "key value" a line.
add_setting() {
	case $1 in
	*'
'* | *[![:print:]]*) die "--set $1: a value is one line of printable characters" ;;
	[a-zA-Z]*=*) ;;
	*) die "--set $1: expected KEY=VALUE, such as --set watch=yes" ;;
	esac
	case ${1%%=*} in
	*[!a-zA-Z]*) die "--set $1: a key has letters only; units/systemd/unitlet.conf lists them" ;;
	esac
	settings="$settings${settings:+
}${1%%=*} ${1#*=}"
}

install() {
	check_host
	[ "$with_images" = no ] || step "Installing skopeo, umoci and crun" install_image_tools
	if [ -n "$from" ]; then use_prebuilt "$from"; else build; fi
	place_programs
	place_config
	place_port
	say "Put into place:${changed:- nothing, all was there}"
	check_config
	[ -z "$DESTDIR" ] || return 0
	join_cluster
	start
	say_what_next
}

# The timer and the path hold no state, so a changed one is simply restarted; nothing else of the agent is resident.
start() {
	systemctl daemon-reload
	systemctl enable --quiet unitlet-sync.timer unitlet-sync.path
	systemctl start unitlet-sync.timer unitlet-sync.path ||
		die "unitlet-sync.timer or unitlet-sync.path cannot be started: see above, and systemctl status of them. 'Too many open files' there: sysctl fs.inotify.max_user_instances=1024"
	for unit in unitlet-sync.timer unitlet-sync.path; do
		! has_changed "$unit" || systemctl restart "$unit"
	done
	if has_changed watch || has_changed unitlet-watch.service; then systemctl try-restart unitlet-watch.service; fi
	start_endpoint
	began=$(date +%s)
	step "First run" run_once
	journalctl --quiet --unit=unitlet-sync --since="@$began" --priority=warning --output=cat --no-pager
}

has_changed() {
	case "$changed " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
}

# A host that has just booted, or installs much else, may be too busy for the first run; the timer tries again, too. What is wrong
# with the agent (70) or its configuration (78) is no better a moment later.
run_once() {
	for _ in 1 2 3; do
		! systemctl start unitlet-sync.service 2>/dev/null || return 0
		case $(systemctl show -P ExecMainStatus unitlet-sync.service) in 70 | 78) break ;; esac
		sleep 2
	done
	journalctl --unit=unitlet-sync --lines=20 --output=cat --no-pager
	echo "The timer goes on trying every few seconds."
	return 1
}

say_what_next() {
	say "
  systemctl list-timers unitlet-sync.timer    the beat
  systemctl start unitlet-sync                look after the pods now
  journalctl -u unitlet-sync                  what was done, and why
  systemctl status 'unitlet.*'                the containers
  unitlet status                              the same, as pods
"
	say_what_images_need
}

parse_options "$@"
case $mode in
sandbox)
	# shellcheck disable=SC2086
	exec sh "$top/test/machine/sandbox.sh" $sandbox_options
	;;
*) "$mode" ;;
esac
