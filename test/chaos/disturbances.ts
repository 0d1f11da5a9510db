import type { Fault, ProxyRequest } from "../support/fault-proxy.ts";
import type { Random } from "./random.ts";

/** Returns numbers for a shell script, as words. */
function numbers(random: Random, count: number, from: number, to: number): string {
  return Array.from({ length: count }, () => random.between(from, to)).join(" ");
}

/** Returns a script that kills so many runs, each at another time after its start. */
export function killRuns(random: Random, count: number): string {
  return `
    for ms in ${numbers(random, count, 0, 400)}; do
      systemctl start --no-block unitlet-sync
      sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
      systemctl kill --signal=KILL --kill-whom=main unitlet-sync
      systemctl reset-failed unitlet-sync
    done 2>/dev/null; true`;
}

/** Returns a script that kills a helper so many times, or gives up when none runs for a long time. Prints each one's name. */
export function killHelpers(random: Random, count: number): string {
  return `
    tries=0
    for at in ${numbers(random, count, 1, 1000)}; do
      while [ "$tries" -lt ${count * 50} ]; do
        tries=$((tries + 1))
        pids=$(pgrep -f '/usr/local/lib/unitlet/(container-|pod-sandbox|image-|api-helper|pod-watch)' | grep -vx "$$")
        set -- $pids
        [ $# -eq 0 ] || break
        sleep 0.02
      done
      [ $# -gt 0 ] || break
      shift $((at % $#))
      tr '\\0' '\\n' <"/proc/$1/cmdline" | grep -o -m 1 '/usr/local/lib/unitlet/[a-z-]*'
      kill -KILL "$1"
      sleep "0.$(printf %03d $((at % 600)))"
    done 2>/dev/null; true`;
}

/** What PID 1 works with: the bus, the journals, and itself, which starts anew by a reexecution. */
const PEERS = [
  "systemctl kill --signal=KILL --kill-whom=main dbus.service",
  "systemctl kill --signal=KILL --kill-whom=main systemd-journald.service",
  "systemctl kill --signal=KILL --kill-whom=main 'systemd-journald@unitlet.*.service'",
  "systemctl daemon-reload",
  "systemctl daemon-reexec",
];

export function killPeers(random: Random, count: number): string {
  const kills = Array.from({ length: count }, () => `${random.pick(PEERS)}; sleep 0.${random.between(100, 999)}`);
  return `${kills.join("\n")}\ntrue`;
}

/** Returns a rule of the proxy: of the node's requests some pass while their answer is lost, and some answers are cut off. */
export function cutAnswers(random: Random): (request: ProxyRequest) => Fault | undefined {
  return ({ method, path }) => {
    if (path.includes("watch=")) return random.next() < 0.05 ? { truncateAt: random.between(0, 2000) } : undefined;
    const chance = random.next();
    if (method !== "GET") return chance < 0.25 ? { loseAnswer: true } : undefined;
    if (chance < 0.05) return { reset: true };
    return chance < 0.1 ? { truncateAt: random.between(0, 2000) } : undefined;
  };
}
