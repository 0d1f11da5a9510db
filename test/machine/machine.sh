#!/bin/sh
# Temporary machines with a real systemd as PID 1, for tests: in systemd-nspawn with this host's files and cgroups, or in user-mode
# Linux with Debian's files and cgroup v2 alone.
# shellcheck disable=SC2034,SC2154
set -eu

# shellcheck source=enter.sh
. "${0%/*}/enter.sh"
case "${1:-} ${2:-}" in 'exec '?*) shift; enter "$@"; set -- exec "$@" ;; esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for part in ../support/shell ../support/packages cgroup root net lan boot uml/boot; do
	# shellcheck disable=SC1090
	. "$here/$part.sh"
done
machines=$state/machines
clean_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

usage() {
	cat <<'USAGE'
usage: machine.sh COMMAND
  up NAME [--kind KIND] [--machine-id ID] [--root DIR] [--net host|private] [--lan LAN] [--own-disk yes]
                     boot a machine. KIND: nspawn (default), or v2 with Debian 13 in user-mode Linux; v2-bookworm, v2-testing,
                     and -broker after it for dbus-broker. The default is $UNITLET_TEST_MACHINE.
                     For nspawn only: DIR has another distribution's files instead of this host's; own disk: /var/lib/unitlet is
                     on a file system on which overlays can be made; machines of one LAN (a name) are on one bridge, and need
                     --net private
  exec NAME CMD…     run a command in it: standard streams and exit code are passed on
  put NAME DIR PATH  copy what is in DIR into a directory of it
  shell NAME         an interactive shell in it
  leader|root|addr|host-addr NAME
                     its PID 1 / its files / its IPv4 address / this host's IPv4 address as it sees it
  reboot NAME        clean power-off, then boot the same files
  crash NAME         kill it without warning, then boot the same files
  kill NAME          kill it without warning; crash boots it again
  down NAME          kill it and leave nothing behind
  list | down-all
USAGE
}

up() {
	name=$1
	shift
	lower=/ id='' net=host lan='' own_disk=no kind=${UNITLET_TEST_MACHINE:-nspawn}
	while [ $# -gt 0 ]; do
		[ $# -ge 2 ] || die "up: $1 needs a value"
		case $1 in
		--kind) kind=$2 ;;
		--root) lower=$2 ;;
		--machine-id) id=$2 ;;
		--net) net=$2 ;;
		--lan) lan=$2 ;;
		--own-disk) own_disk=$2 ;;
		*) die "up: unknown option $1 (see machine.sh help)" ;;
		esac
		shift 2
	done
	check_up "$name" "$lower" "$net" "$kind"
	[ -z "$lan" ] || check_lan
	ensure_packages
	claim_name "$name"
	echo "$kind" >"$machines/$name/kind"
	[ -z "$lan" ] || echo "$lan" >"$machines/$name/lan"
	trap 'say "machine $name did not come up: removing it"; down "$name"' EXIT
	trap 'exit 130' INT TERM
	on "$name" make "$kind" "${id:-$(tr -d - </proc/sys/kernel/random/uuid)}" "$lower" "$own_disk" "$net"
	on "$name" boot
	trap - EXIT INT TERM
}

# Repeated, because another test removes the directory of all machines with its last machine.
claim_name() {
	mkdir -p "$machines"
	until mkdir "$machines/$1" 2>/dev/null; do
		[ ! -d "$machines/$1" ] || die "machine $1 exists already: take another name, or remove it with: machine.sh down $1"
		mkdir -p "$machines"
	done
}

check_up() {
	[ "$(id -u)" = 0 ] || die "booting a machine needs root: run the tests as root, or only the pure ones with: npm test -- --project pure"
	case $1 in
	'' | -* | *[!a-z0-9-]*) die "bad machine name '$1': use lower-case letters, digits and dashes" ;;
	esac
	[ -x "$2/bin/sh" ] || die "up: no root file system in $2: there is no $2/bin/sh"
	case $3 in
	host | private) ;;
	*) die "up: --net is 'host' or 'private', not '$3'" ;;
	esac
	case $4 in
	nspawn) ;;
	v2 | v2-*) [ "$2" = / ] || die "up: --root is for machines of the kind nspawn: an image has files of its own" ;;
	*) die "up: --kind is nspawn, v2 or v2-SUITE, not '$4'" ;;
	esac
}

check_lan() {
	case $lan in
	*[!a-z0-9-]*) die "bad name of a LAN '$lan': use lower-case letters, digits and dashes" ;;
	esac
	[ "$net:$kind" = private:nspawn ] || die "up: --lan is for machines of the kind nspawn with --net private"
}

# on NAME ACTION ARGUMENT…: calls the function of the machine's kind.
on() {
	on_name=$1 action=$2
	shift 2
	case $(cat "$machines/$on_name/kind" 2>/dev/null) in
	v2*) "uml_$action" "$on_name" "$@" ;;
	*) "nspawn_$action" "$on_name" "$@" ;;
	esac
}

wait_running() {
	running=$(on "$1" run_in timeout 120 systemctl is-system-running --wait) || :
	case $running in
	running | degraded) ;;
	*) die "machine $1 does not finish booting (state '$running'): $(on "$1" run_in systemctl list-jobs --no-pager) $(console "$1")" ;;
	esac
}

console() {
	echo "its console says:"
	tail -n 20 "$machines/$1/console" 2>/dev/null
}

put() {
	[ $# = 3 ] || die "put: give a machine, a directory and a path in the machine"
	on "$1" run_in mkdir -p "$3"
	tar -C "$2" --numeric-owner -cf - . | on "$1" run_in tar -C "$3" --no-overwrite-dir -xpf -
}

down() {
	on "$1" down
	rmdir "$machines" 2>/dev/null && rmdir "$state" 2>/dev/null || :
}

list() {
	[ ! -d "$machines" ] || ls "$machines"
}

down_all() {
	for name in $(list); do
		down "$name"
	done
}

[ $# -gt 0 ] || { usage >&2; exit 2; }
command=$1
shift
case $command in
list) list ;;
down-all) down_all ;;
help | -h | --help) usage ;;
up) [ $# -gt 0 ] || die "up: give the machine a name"; up "$@" ;;
exec | put | shell | leader | root | addr | host-addr | reboot | crash | kill | down)
	[ $# -gt 0 ] || die "$command: which machine? See: machine.sh list"
	[ -d "$machines/$1" ] || die "there is no machine $1. Running: $(list | tr '\n' ' ')"
	case $command in
	exec) name=$1; shift; on "$name" run_in "$@" ;;
	put) put "$@" ;;
	leader | shell | root) on "$1" "$command" ;;
	addr) machine_address "$1" ;;
	host-addr) host_address "$1" ;;
	reboot) on "$1" power_off; on "$1" boot ;;
	crash) on "$1" kill; on "$1" boot ;;
	kill) on "$1" kill ;;
	down) down "$1" ;;
	esac
	;;
*) usage >&2; die "unknown command $command" ;;
esac
