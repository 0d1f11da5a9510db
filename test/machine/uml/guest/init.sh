#!/bin/sh
# PID 1 of a machine in user-mode Linux until it executes systemd. The kernel passes its parameters unitlet_… as variables.
# shellcheck disable=SC2016,SC2154
number=$unitlet_number name=$unitlet_name id=$unitlet_id modules=$unitlet_modules
for variable in unitlet_number unitlet_name unitlet_id unitlet_modules; do
	unset "$variable"
done
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
# The option has a name since util-linux 2.39.
mount -t hostfs -o "hostfs=$modules" modules /usr/lib/modules 2>/dev/null || mount -t hostfs -o "$modules" modules /usr/lib/modules

if [ "$(cat /etc/hostname 2>/dev/null)" != "$name" ]; then
	echo "$name" >/etc/hostname
	printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n127.0.1.1 %s\n' "$name" >/etc/hosts
	echo "$id" >/etc/machine-id
fi

ip link set lo up
ip link set vec0 name eth0
ip addr add "10.203.0.$number/24" dev eth0
ip link set eth0 up
ip route add default via 10.203.0.1
ip addr add "fd75:6e69:74::$number/64" dev eth0 nodad
ip route add default via fd75:6e69:74::1

# The agent's own network, in which the second interface is the way to it. systemd stops the agent last, with all that it does not know.
unshare --net sh -c 'until ip link set vec1 up 2>/dev/null; do sleep 0.05; done; ip addr add "$1" dev vec1; exec perl /usr/local/lib/machine/agent.pl' \
	sh "10.204.0.$number/24" </dev/null &
until [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set vec1 netns $!
exec /usr/lib/systemd/systemd
