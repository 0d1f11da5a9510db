# A private network: a namespace, and a veth pair to this host. The host is the gateway, with the same addresses for every machine.
# shellcheck shell=sh disable=SC2154

# All state directories share the links, because addresses and interface names belong to the host.
links=/run/unitlet-links
netns_prefix=$(basename "$state")
host4=10.203.0.1
host6=fd75:6e69:74::1
machine4=10.203.0
machine6=fd75:6e69:74:

claim_link() {
	claim_number "$machines/$1" >"$machines/$1/link"
}

# Prints a number that nothing else has, as long as its owner (a path) exists.
claim_number() {
	number=2
	until take_number "$number" "$1"; do
		number=$((number + 1))
		[ "$number" -lt 255 ] || die "no free address left for ${1##*/}: remove machines with: machine.sh down-all"
	done
	echo "$number"
}

# Takes a number by a link to its owner: ln fails when the number is taken. A broken link has no owner any more.
take_number() {
	# Repeated, because another test removes the directory with its last machine.
	mkdir -p "$links"
	[ ! -L "$links/$1" ] || [ -e "$links/$1" ] || rm -f "$links/$1"
	ln -sT "$2" "$links/$1" 2>/dev/null
}

# Called at each boot, because changes that a machine made to its network must not last.
nspawn_make_link() {
	number=$(cat "$machines/$1/link")
	nspawn_remove_link "$1"
	ip netns add "$netns_prefix-$1"
	if [ -e "$machines/$1/lan" ]; then
		connect_to_lan "$1"
	else
		connect_to_host "$number" "$netns_prefix-$1"
	fi
	ip -n "$netns_prefix-$1" link set lo up
	ip -n "$netns_prefix-$1" addr add "$machine4.$number/24" dev eth0
	ip -n "$netns_prefix-$1" link set eth0 up
	ip -n "$netns_prefix-$1" route add default via "$host4"
	make_link6 "$1" "$number"
	# Without a name server, a name that is not in /etc/hosts fails at once, and not after a timeout.
	: >"$machines/$1/resolv.conf"
	mv "$machines/$1/resolv.conf" "$machines/$1/root/etc/resolv.conf"
}

# connect_to_host NUMBER NAMESPACE
connect_to_host() {
	ip link add "unitlet$1" type veth peer name eth0 netns "$2"
	ip addr add "$host4" peer "$machine4.$1" dev "unitlet$1"
	ip link set "unitlet$1" up
	[ ! -e /proc/net/if_inet6 ] || ip addr add "$host6" peer "$machine6:$1" dev "unitlet$1" nodad
}

make_link6() {
	[ -e /proc/net/if_inet6 ] || return 0
	ip -n "$netns_prefix-$1" addr add "$machine6:$2/64" dev eth0 nodad
	ip -n "$netns_prefix-$1" route add default via "$host6"
}

nspawn_remove_link() {
	[ ! -e "/run/netns/$netns_prefix-$1" ] || ip netns del "$netns_prefix-$1"
	if [ -e "$machines/$1/lan" ]; then
		disconnect_from_lan "$1"
	else
		ip link del "unitlet$(cat "$machines/$1/link")" 2>/dev/null || :
	fi
}

release_link() {
	[ -e "$machines/$1/link" ] || return 0
	on "$1" remove_link
	[ ! -e "$machines/$1/lan" ] || remove_empty_lan "$1"
	rm -f "$links/$(cat "$machines/$1/link")"
	rmdir "$links" 2>/dev/null || :
}

machine_address() {
	if [ -e "$machines/$1/link" ]; then
		echo "$machine4.$(cat "$machines/$1/link")"
	else
		echo 127.0.0.1
	fi
}

host_address() {
	if [ -e "$machines/$1/link" ]; then
		echo "$host4"
	else
		echo 127.0.0.1
	fi
}
