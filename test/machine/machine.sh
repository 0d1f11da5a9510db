#!/bin/sh
# Temporary machines with a real systemd as PID 1, for tests: systemd-nspawn on an overlay of this host's files.
# shellcheck disable=SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for part in ../support/shell ../support/packages cgroup root net boot; do
	# shellcheck disable=SC1090
	. "$here/$part.sh"
done
machines=$state/machines

usage() {
	cat <<'USAGE'
usage: machine.sh COMMAND
  up NAME [--root DIR] [--machine-id ID] [--net host|private] [--own-disk yes]
                     boot a machine (DIR: another distribution's files instead of this host's;
                     own disk: /var/lib/unitlet is on a file system on which overlays can be made)
  exec NAME CMD…     run a command in it: standard streams and exit code are passed on
  shell NAME         an interactive shell in it
  leader|root|addr|host-addr NAME
                     its PID 1 / its files / its IPv4 address / this host's IPv4 address as it sees it
  reboot NAME        clean power-off, then boot the same files
  crash NAME         kill it without warning, then boot the same files
  down NAME          kill it and leave nothing behind
  list | down-all
USAGE
}

up() {
	name=$1
	shift
	lower=/ id='' net=host own_disk=no
	while [ $# -gt 0 ]; do
		[ $# -ge 2 ] || die "up: $1 needs a value"
		case $1 in
		--root) lower=$2 ;;
		--machine-id) id=$2 ;;
		--net) net=$2 ;;
		--own-disk) own_disk=$2 ;;
		*) die "up: unknown option $1 (see machine.sh help)" ;;
		esac
		shift 2
	done
	check_up "$name" "$lower" "$net"
	ensure_packages
	claim_name "$name"
	trap 'say "machine $name did not come up: removing it"; down "$name"' EXIT
	trap 'exit 130' INT TERM
	make_root "$name" "$lower" "${id:-$(tr -d - </proc/sys/kernel/random/uuid)}"
	[ "$own_disk" = no ] || make_own_disk "$name"
	[ "$net" = host ] || claim_link "$name"
	boot "$name"
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
exec | shell | leader | root | addr | host-addr | reboot | crash | down)
	[ $# -gt 0 ] || die "$command: which machine? See: machine.sh list"
	[ -d "$machines/$1" ] || die "there is no machine $1. Running: $(list | tr '\n' ' ')"
	case $command in
	exec) run_in "$@" ;;
	shell) run_in "$1" /bin/bash -l ;;
	leader) leader "$1" ;;
	root) echo "$machines/$1/root" ;;
	addr) machine_address "$1" ;;
	host-addr) host_address "$1" ;;
	reboot) power_off "$1"; boot "$1" ;;
	crash) kill_machine "$1"; boot "$1" ;;
	down) down "$1" ;;
	esac
	;;
*) usage >&2; die "unknown command $command" ;;
esac
