/**
 * What a machine holds, as lines by section: units, descriptors of PID 1, files, mounts, cgroups, processes. The section
 * "amounts" has numbers: match rules of the bus, and memory and disk space in kB.
 */
export type Footprint = ReadonlyMap<string, readonly string[]>;

/** Prints the footprint of the machine in which it runs: each section after a line `== NAME`. */
export const FOOTPRINT_SCRIPT = `
  rss() { ps -C "$1" -o rss= | awk '{ kb += $1 } END { print kb + 0 }'; }
  echo '== units'; systemctl list-units --all --plain --no-legend | awk '{ print $1 }'
  echo '== failed'; systemctl list-units --failed --plain --no-legend | awk '{ print $1 }'
  echo '== jobs'; systemctl list-jobs --no-legend | awk '{ print $2, $3 }'
  echo '== descriptors'; find /proc/1/fd -type l -printf '%l\\n'
  echo '== files'
  find /run/unitlet /run/unitlet-api /var/lib/unitlet /run/systemd/transient /run/systemd/units /etc/systemd/system /run/systemd/system \\
    -path /var/lib/unitlet/images -prune -o -print
  echo '== mounts'; awk '/unitlet/ { print $2 }' /proc/mounts
  echo '== cgroups'; find /sys/fs/cgroup -type d -name '*unitlet*'
  echo '== processes'; ps -eo comm,args --no-headers | grep -v -e ' ps -eo' -e '^ps ' -e 'rss()' -e '^grep '
  echo '== amounts'
  busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.Debug.Stats GetStats |
    grep -o '"\\(MatchRules\\|ActiveConnections\\|BusNames\\)" u [0-9]*' | tr -d '"' | sed 's/ u / /'
  echo "memory of PID 1 $(awk '/^VmRSS/ { print $2 }' /proc/1/status)"
  echo "memory of dbus-daemon $(rss dbus-daemon)"
  echo "memory of journald $(rss systemd-journal)"
  echo "disk space of /var/lib/unitlet $(du -sk --exclude=images /var/lib/unitlet | cut -f1)"
  echo "memory of /run/unitlet $(du -skx /run/unitlet | cut -f1)"`;

/** Lines that come and go by themselves, with no pod and no kill. */
const PASSING: readonly RegExp[] = [
  /^unitlet-(sync|api|probe@\d+|watch)\.service$/,
  /^(systemd-tmpfiles-clean|systemd-hostnamed|systemd-journald-dev-log|fstrim|e2scrub_all|logrotate|man-db|dpkg-db-backup|apt-daily.*)\./,
  /^\/run\/unitlet\/(fast-path\.json|sync-requested|pending-starts|lease|refusals\.json|manifests\.json|unchanged|skipped-runs|watch-connection|watch-heard|(watch|list)\..*)$/,
  /^\/run\/unitlet\/.*\.tmp$/,
  /^\/run\/unitlet-api\/(api-answers\.json|serve\.)/,
  /^\/run\/systemd\/units\/(invocation|log-.*):/,
  /^(sh|node|find|du|cut|awk|systemctl|busctl|run-needed|sha256sum|curl|nsenter|sleep) /,
  // PID 1, with other arguments after it has reexecuted itself.
  /^systemd +\S*\/systemd( |$)/,
  // A run, the watch and the kernel open and close these.
  /^(socket:|pipe:|\/proc\/)/,
];

/** Parses the output of FOOTPRINT_SCRIPT. Numbers in descriptors do not count: they are inodes. */
export function parseFootprint(output: string): Footprint {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of output.split("\n").map((each) => each.trim())) {
    const [, name] = /^== (.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      lines = [];
      sections.set(name, lines);
    } else if (line !== "" && (name ?? !PASSING.some((pattern) => pattern.test(line)))) {
      lines.push(lines === sections.get("descriptors") ? line.replace(/\[?\d+\]?/g, "N") : line);
    }
  }
  return sections;
}

/** By how much an amount may grow, as noise: memory and disk space in kB, others as they are counted. */
const NOISE: readonly (readonly [name: RegExp, amount: number])[] = [
  [/^memory of PID 1/, 4096],
  [/^memory of dbus-daemon/, 1024],
  // journald maps its files, so its memory follows their size.
  [/^memory of journald/, 65_536],
  [/^(disk space|memory) of \//, 256],
  [/^ActiveConnections|^BusNames|^MatchRules/, 2],
];

export interface Difference {
  /** Lines that were not there before, each with its section. */
  readonly left: readonly string[];
  /** Lines that are gone, which is no fault: a warm-up has started what then ended. */
  readonly gone: readonly string[];
  /** Amounts before and after; `isTooMuch` where the growth is more than noise. */
  readonly amounts: readonly {
    readonly name: string;
    readonly before: number;
    readonly after: number;
    readonly isTooMuch: boolean;
  }[];
}

export function compareFootprints(before: Footprint, after: Footprint): Difference {
  const names = [...after.keys()].filter((name) => name !== "amounts");
  const extra = (of: Footprint, than: Footprint) =>
    names.flatMap((name) => surplus(of.get(name) ?? [], than.get(name) ?? []).map((line) => `${name}: ${line}`));
  const earlier = amountsOf(before);
  const amounts = [...amountsOf(after)].map(([name, value]) => {
    const from = earlier.get(name) ?? 0;
    const allowed = NOISE.find(([pattern]) => pattern.test(name))?.[1] ?? 0;
    return { name, before: from, after: value, isTooMuch: value - from > allowed };
  });
  return { left: extra(after, before), gone: extra(before, after), amounts };
}

function surplus(lines: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}

function amountsOf(footprint: Footprint): ReadonlyMap<string, number> {
  const lines = footprint.get("amounts") ?? [];
  return new Map(lines.map((line) => [line.replace(/ \d+$/, ""), Number(/\d+$/.exec(line)?.[0])]));
}

/** Returns the UIDs that a footprint names, as a pod's object writes them. */
export function uidsOf(footprint: Footprint): ReadonlySet<string> {
  const text = [...footprint.values()].flat().join("\n");
  const found = text.match(/[0-9a-f]{8}([-_])[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}/g) ?? [];
  return new Set(found.map((uid) => uid.replaceAll("_", "-")));
}
