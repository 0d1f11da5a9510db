# A LAN: a bridge that the machines of a cluster share. It is in a network namespace of its own, because the rules of this host's
# firewall must not see packets between machines. This host is connected to it as well, and is the gateway.
# shellcheck shell=sh disable=SC2154

# A LAN has no files but its namespace. The lock is the directory of all machines, which exists as long as a machine does.
connect_to_lan() {
	lan=$netns_prefix.$(cat "$machines/$1/lan")
	number=$(cat "$machines/$1/link")
	(
		flock 9
		[ -e "/run/netns/$lan" ] || make_lan "$lan"
		# The same after each boot, because the neighbours remember it.
		address=$(printf '02:75:6e:69:74:%02x' "$number")
		ip link add eth0 address "$address" netns "$netns_prefix-$1" type veth peer name "unitlet$number" netns "$lan"
		ip -n "$lan" link set "unitlet$number" master lan up
	) 9<"$machines"
	ip route replace "$machine4.$number" dev "$(uplink_of "$lan")" src "$host4"
	[ ! -e /proc/net/if_inet6 ] || ip route replace "$machine6:$number" dev "$(uplink_of "$lan")" src "$host6"
}

make_lan() {
	ip netns add "$1"
	ip -n "$1" link add lan type bridge mcast_snooping 0
	ip -n "$1" link set lan up
	uplink=unitlet$(claim_number "/run/netns/$1")
	ip link add "$uplink" type veth peer name uplink netns "$1"
	ip -n "$1" link set uplink master lan up
	ip addr add "$host4/32" dev "$uplink"
	[ ! -e /proc/net/if_inet6 ] || ip addr add "$host6/128" dev "$uplink" nodad
	ip link set "$uplink" up
}

# Prints the interface of this host that is connected to a LAN.
uplink_of() {
	for link in "$links"/*; do
		[ "$(readlink "$link")" != "/run/netns/$1" ] || echo "unitlet${link##*/}"
	done
}

disconnect_from_lan() {
	ip -n "$netns_prefix.$(cat "$machines/$1/lan")" link del "unitlet$(cat "$machines/$1/link")" 2>/dev/null || :
}

# remove_empty_lan NAME: removes the LAN of a machine, unless another machine is connected to it.
remove_empty_lan() {
	lan=$netns_prefix.$(cat "$machines/$1/lan")
	number=$(cat "$machines/$1/link")
	(
		flock 9
		[ -e "/run/netns/$lan" ] || exit 0
		uplink=$(uplink_of "$lan")
		ip route del "$machine4.$number" dev "$uplink" 2>/dev/null || :
		ip route del "$machine6:$number" dev "$uplink" 2>/dev/null || :
		ip -n "$lan" -o link show master lan | grep -qv uplink && exit 0
		ip link del "$uplink"
		ip netns del "$lan"
		rm -f "$links/${uplink#unitlet}"
	) 9<"$machines"
}
