#!/bin/sh
# arrange.sh DIRECTORY: fills a volume with a trap at every name that root could look up in it. Links lead to canaries that only
# root of the host can reach; programs write a mark there.
cd "$1" || exit 1
canary=/proc/1/root/root/canary
names="usr bin sbin lib lib64 etc dev proc sys tmp run var root opt passwd group shadow nsswitch.conf ld.so.preload ld.so.cache
localtime locale null zero tty pts ptmx fd stdin stdout stderr console termination-log shm mqueue sh env cat ls tail
mkdir mkfifo rm mv stat date sleep readlink setpriv setsid nsenter perl systemctl journalctl crun mount umount unitlet unitlet-data pods
systemd journal stdin.once upper work root merged message data ..data config.json x"
# A runtime mounts its own files at these names, and refuses to start a container that has a link of this kind there.
for name in hosts resolv.conf hostname; do
	: >"$name"
done
for name in $names; do
	[ -e "$name" ] || [ -L "$name" ] || ln -s "$canary/file" "$name"
done
for name in sh env cat rm mkdir perl stat journalctl crun; do
	mkdir -p programs
	printf '#!/bin/sh\nid >>%s/executed\n' "$canary" >"programs/$name" && chmod 755 "programs/$name"
done
[ -p fifo ] || mkfifo fifo
ln -sfn "$canary/directory" link
mkdir -p real nested
: >"real/file"
