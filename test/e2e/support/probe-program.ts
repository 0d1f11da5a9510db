/** A program that prints its own state as lines "name value", its arguments last. */
export const PROBE = `#!/bin/sh
say() { printf '%s %s\\n' "$1" "$2"; }
can() { if "$@" 2>/dev/null; then echo yes; else echo no; fi; }
flags() { sed -n "s|^[^ ]* [^ ]* [^ ]* [^ ]* $1 \\([^ ]*\\) .*|\\1|p" /proc/self/mountinfo | tail -n 1 | cut -d , -f 1; }

say ids "$(id -u):$(id -g):$(id -G | tr ' ' '\\n' | sort -n | xargs)"
while read -r key value; do
	case $key in CapInh: | CapPrm: | CapEff: | CapBnd: | CapAmb: | NoNewPrivs: | Seccomp: | SigBlk: | SigIgn:) say "\${key%:}" "$value" ;; esac
done </proc/self/status
say umask "$(umask)"
say cwd "$(pwd)"
say hostname "$(hostname)"
say files "$(ulimit -n):$(ulimit -Hn)"
for at in /proc/sys /proc/bus /sys /dev; do say "$at" "$(flags $at)"; done
say run "$(find /run -not -type d | xargs)"
for at in /etc /usr /var/lib /root /home /dev /tmp /var/tmp /run /dev/shm; do
	say "write:$at" "$(can sh -c ": >'$at/probe.$$'")"
done
say shm "$(df -k --output=size /dev/shm | tail -n 1 | tr -d ' ')"
for space in ipc uts pid net mnt; do say "ns:$space" "$(readlink /proc/self/ns/$space)"; done
say chown "$(can sh -c ": >/tmp/own && chown 7 /tmp/own")"
say keyring "$(perl -e '$! = 0; syscall(250, 0, -3, 0); print $! + 0')"
say setuid "$(/opt/setuid-id -u 2>/dev/null)"
say hosts "$(grep -v '^#' /etc/hosts | tr '\\t\\n' ' ;')"
say resolv "$(tr '\\n' ';' </etc/resolv.conf)"
say secret "$(can cat /etc/unitlet/kubeconfig)$(ls -A /var/lib/unitlet /etc/unitlet 2>/dev/null | grep -v : | xargs)"
say host-root "$(can ls /proc/1/root/etc)$(can cat /proc/1/environ)"
say words "$*"
`;

/** Returns the printed values by name. */
export function probed(text: string): Readonly<Record<string, string>> {
  const pairs = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => [line.split(" ", 1)[0], line.split(" ").slice(1).join(" ")]);
  return Object.fromEntries(pairs);
}
