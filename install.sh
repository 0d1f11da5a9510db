#!/bin/sh
# Installs, upgrades or removes unitlet on this host, or shows it in a throwaway machine.
# shellcheck disable=SC2034,SC2154
set -eu
# The directories and files are for all users to read, whatever the mask of the caller is. Secrets get their own modes.
umask 022

usage() {
	cat <<'USAGE'
usage: ./install.sh [OPTION…]            Installs or upgrades unitlet. No pod restarts, and the configuration stays.
  --server URL --token-file FILE --ca-cert-hash sha256:HEX
                        Joins this cluster with a bootstrap token. See unitlet join --help, also for --token TOKEN,
                        --ca-file FILE, --unsafe-skip-ca-verification and --bootstrap-kubeconfig FILE.
  --kubeconfig FILE     Joins a cluster with an existing identity. Without any of these options the node is
                        standalone: it runs the pods of /etc/unitlet/manifests.
  --host-files all|none|NAMESPACE,…
                        The namespaces whose pods may run on the host's files. Default on a node of a cluster: none.
  --pod-network host|bridge|cni
                        The network of pods, for the setting podNetwork. Default at the first join: cni, otherwise host.
  --node-name NAME      Sets the node's name, like --set nodeName=NAME.
  --set KEY=VALUE       Sets a setting of unitlet.conf. Can be repeated.
  --with-images         Also installs skopeo, umoci and crun from the distribution. Images need them.
  --from DIR|FILE       Installs bundles that were built elsewhere: a dist/ directory, or the .tar.gz of a release, whose checksum
                        must be in SHA256SUMS beside it or given by --sha256 HEX.
  --bundle FILE         Installs a file of unitlet bundle: the agent in it, its manifests and its images. Needs no network.
  --quiet               Prints errors and warnings alone.
  --json                Prints progress and result as JSON, one object a line. Both also work with --uninstall.
       ./install.sh --uninstall          Removes everything.
  --yes                 Does not ask first.
  --keep-pods           Leaves the containers running.
       ./install.sh --sandbox            Boots a throwaway machine with systemd, installs unitlet there and shows a pod.
  --shell               Opens a shell in the machine afterwards.
  --cluster             Adds a control plane: kubectl creates, scales and rolls out a Deployment.

Environment: PREFIX (default /usr/local); DESTDIR (copies the files below that directory and starts nothing)
USAGE
}

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
mode=install bundle_file='' from='' sha256='' kubeconfig='' settings='' host_files='' pod_network='' yes=no keep_pods=no sandbox_options='' with_images=no
for part in path progress distribution host build place endpoint join remove; do
	# shellcheck disable=SC1090
	. "$top/units/install/$part.sh"
done

parse_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kubeconfig | --host-files | --pod-network | --node-name | --set | --from | --bundle | --sha256 | --server | --token | --token-file | --ca-cert-hash | --ca-file | --bootstrap-kubeconfig) [ $# -ge 2 ] || die "$1 needs a value (see --help)" ;;
		esac
		case $1 in
		--kubeconfig) kubeconfig=$2 && shift ;;
		--host-files) host_files=$2 && shift ;;
		--pod-network) pod_network=$2 && shift ;;
		--node-name) add_setting "nodeName=$2" && shift ;;
		--set) add_setting "$2" && shift ;;
		--with-images) with_images=yes ;;
		--from) from=$2 && shift ;;
		--bundle) bundle_file=$2 && shift ;;
		--sha256) sha256=$2 && shift ;;
		--server | --token-file | --ca-cert-hash | --ca-file | --bootstrap-kubeconfig) add_join_option "$1" "$2" && shift ;;
		--token) if [ "$2" = - ]; then add_join_option --token -; else join_token=$2; fi && shift ;;
		--unsafe-skip-ca-verification) add_join_option "$1" ;;
		--uninstall) mode=uninstall ;;
		--yes | -y) yes=yes ;;
		--quiet | -q | --json) choose_output "$1" ;;
		--keep-pods) keep_pods=yes ;;
		--sandbox) mode=sandbox ;;
		--shell | --cluster) sandbox_options="$sandbox_options $1" ;;
		--help | -h) usage && exit ;;
		*) die "unknown option $1 (see --help)" ;;
		esac
		shift
	done
	[ -z "$sandbox_options" ] || [ "$mode" = sandbox ] || die "${sandbox_options# }: only valid with --sandbox"
	[ "$keep_pods" = no ] || [ "$mode" = uninstall ] || die "--keep-pods: only valid with --uninstall. An upgrade always keeps the pods"
	check_join_options
	[ -z "$kubeconfig" ] || [ -r "$kubeconfig" ] || die "--kubeconfig $kubeconfig: the file does not exist or cannot be read"
}

choose_output() {
	chosen=quiet
	[ "$1" != --json ] || chosen=json
	[ "$output" = text ] || [ "$output" = "$chosen" ] || {
		output=text
		die "--quiet and --json: give only one of them"
	}
	output=$chosen
}

# One "key value" a line.
add_setting() {
	case $1 in
	*'
'* | *[![:print:]]*) die "--set $1: expected one line of printable characters" ;;
	[a-zA-Z]*=*) ;;
	*) die "--set $1: expected KEY=VALUE, such as --set watch=yes" ;;
	esac
	case ${1%%=*} in
	*[!a-zA-Z]*) die "--set $1: expected a key of letters; units/systemd/unitlet.conf lists the keys" ;;
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
	place_bundle
	place_port
	say "Put into place:${changed:- nothing, every file was up to date}"
	check_config
	[ -z "$DESTDIR" ] || return 0
	join_cluster
	start
	say_what_next
}

# The timer and the path unit hold no state, so a changed one is restarted. No other unit of the agent is resident.
start() {
	systemctl daemon-reload
	systemctl enable --quiet unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-images.service unitlet-auto-update.timer unitlet-auto-update-resume.service
	systemctl start unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-auto-update.timer ||
		die "unitlet-sync.timer, unitlet-sync.path, unitlet-images.path or unitlet-auto-update.timer cannot be started. See the message above and systemctl status. Remedy for 'Too many open files': sysctl fs.inotify.max_user_instances=1024"
	for unit in unitlet-sync.timer unitlet-sync.path unitlet-images.path unitlet-auto-update.timer; do
		! has_changed "$unit" || systemctl restart "$unit"
	done
	if has_changed watch || has_changed unitlet-watch.service; then systemctl try-restart unitlet-watch.service; fi
	start_endpoint
	began=$(date +%s)
	step "First run" run_once
	[ -z "$bundle_file" ] || step "Importing images" import_images
	warnings=$(journalctl --quiet --unit=unitlet-sync --since="@$began" --priority=warning --output=cat --no-pager)
	[ -z "$warnings" ] || warn "$warnings"
}

has_changed() {
	case "$changed " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
}

# The first run can fail on a host that is busy after its boot; the timer repeats it too. A bug of the agent (70) or an invalid
# configuration (78) does not go away by a second attempt.
run_once() {
	for _ in 1 2 3; do
		! systemctl start unitlet-sync.service 2>/dev/null || return 0
		case $(systemctl show -P ExecMainStatus unitlet-sync.service) in 70 | 78) break ;; esac
		sleep 2
	done
	journalctl --unit=unitlet-sync --lines=20 --output=cat --no-pager
	echo "The timer repeats the run every few seconds."
	return 1
}

say_what_next() {
	[ "$output" != text ] || say "
  systemctl list-timers unitlet-sync.timer    when the next run starts
  systemctl start unitlet-sync                start a run now
  journalctl -u unitlet-sync                  what the runs did, and why
  systemctl status 'unitlet.*'                the containers
  unitlet status                              the pods
"
	say_missing_fence
	say_missing_image_tools
}

parse_options "$@"
[ -z "$bundle_file" ] || [ -d "$bundle_file" ] || install_bundle "$@"
case $from in
*.tar.gz | *.tgz) install_release "$@" ;;
'') [ ! -x "$top/dist/node" ] || [ -e "$top/package.json" ] || from=$top/dist ;;
esac
case $mode in
sandbox)
	# shellcheck disable=SC2086
	exec sh "$top/test/machine/sandbox.sh" $sandbox_options
	;;
*)
	"$mode"
	[ "$output" != json ] || json_result 0 "$mode is done"
	;;
esac
