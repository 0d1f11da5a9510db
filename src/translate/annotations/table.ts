import type { Rlimit } from "../../model/confinement.ts";
import { type Listen, parseListen } from "./listen.ts";

/** What systemd can do for a container and Kubernetes has no field for; undefined: as without the annotation. */
export interface AnnotationOptions {
  readonly ulimits?: Ulimits;
  readonly user?: string;
  readonly startAfter?: readonly string[];
  readonly reload?: string;
  readonly notify?: boolean;
  /** Seconds. */
  readonly watchdog?: number;
  readonly backOff?: BackOff;
  readonly listen?: readonly Listen[];
  readonly service?: string;
}

export type Ulimits = Readonly<Partial<Record<Rlimit, { readonly soft: number; readonly hard: number }>>>;

/** Seconds: the first pause, the longest one, and how long a run lasts that counts as a success. */
export interface BackOff {
  readonly first: number;
  readonly longest: number;
  readonly stable: number;
}

export interface AnnotationRow<K extends keyof AnnotationOptions = keyof AnnotationOptions> {
  readonly wish: K;
  /** What a value looks like, for whoever wrote another one. */
  readonly expected: string;
  /** For the README. */
  readonly example: string;
  readonly effect: string;
  /** Undefined: not such a value. */
  readonly parse: (text: string) => AnnotationOptions[K] | undefined;
}

export const PREFIX = "unitlet.dev/";

/** By the name after the prefix. */
export const ANNOTATIONS: Readonly<Record<string, AnnotationRow>> = {
  ulimits: {
    wish: "ulimits",
    expected:
      "NAME=SOFT or NAME=SOFT:HARD, separated by blanks; NAME is nofile, nproc, memlock, core or stack, a limit a whole number or infinity",
    example: "nofile=65536 memlock=infinity",
    effect: "`LimitNOFILE=` and the like",
    parse: parseUlimits,
  },
  user: {
    wish: "user",
    expected: "the name of a user of the host, and no runAsUser or runAsGroup beside it; not root with runAsNonRoot",
    example: "postgres",
    effect: "runs as that user and its group, as if `runAsUser` and `runAsGroup` had their numbers",
    parse: (text) => (/^[a-z_][a-z0-9_.-]{0,31}$/.test(text) ? text : undefined),
  },
  "start-after": {
    wish: "startAfter",
    expected: "names of other containers of the pod, separated by blanks, without a circle",
    example: "database",
    effect: "`After=`: starts when these have started, or are ready with `notify`",
    parse: (text) => (/^[a-z0-9-]+( [a-z0-9-]+)*$/.test(text) ? text.split(" ") : undefined),
  },
  reload: {
    wish: "reload",
    expected: "HUP, USR1, USR2 or WINCH",
    example: "HUP",
    effect:
      "the main process gets this signal when a ConfigMap, Secret or other live volume that it mounts has changed",
    parse: (text) => (["HUP", "USR1", "USR2", "WINCH"].includes(text) ? text : undefined),
  },
  notify: {
    wish: "notify",
    expected: "yes or no; yes of a container that runs as root only if it is privileged",
    example: "yes",
    effect:
      "`Type=notify`: counts as running once it has said `READY=1`; not for root, from whom systemd takes any process of the host as the service's main one",
    parse: (text) => (text === "yes" || text === "no" ? text === "yes" : undefined),
  },
  watchdog: {
    wish: "watchdog",
    expected: "a time from 1s to 3600s, with notify: yes",
    example: "30s",
    effect: "`WatchdogSec=`: ended and restarted when it does not say `WATCHDOG=1` that often",
    parse: (text) => seconds(text, 3600),
  },
  "back-off": {
    wish: "backOff",
    expected: "FIRST LONGEST or FIRST LONGEST STABLE, times from 1s to 86400s, FIRST no longer than LONGEST",
    example: "1s 60s 600s",
    effect:
      "pauses between restarts: the first, the longest, and after a run of which length they begin anew; without it 10s 300s 600s",
    parse: parseBackOff,
  },
  listen: {
    wish: "listen",
    expected:
      "[udp:][ADDRESS:]PORT or a path below /run/pods/NAMESPACE, separated by blanks, of one container in a pod with restartPolicy Always",
    example: "80 127.0.0.1:9000 /run/pods/shop/web.sock",
    effect:
      "a socket unit beside the container's: systemd listens and hands over (`$LISTEN_FDS`), also ports below 1024; clients wait while the container restarts",
    parse: parseListen,
  },
  service: {
    wish: "service",
    expected: "the name of a unit that the package has, such as NAME.service",
    example: "slapd.service",
    effect: "of a package with several services (`image: deb://…`), the one that the container is",
    parse: (text) => (/^[A-Za-z0-9:_.-]{1,200}\.service$/.test(text) ? text : undefined),
  },
};

const RLIMITS: readonly string[] = ["nofile", "nproc", "memlock", "core", "stack"] satisfies Rlimit[];

function parseUlimits(text: string): Ulimits | undefined {
  const limits = text.split(/ +/).map((word) => /^([a-z]+)=(\d+|infinity)(?::(\d+|infinity))?$/.exec(word));
  const parsed = limits.map((match) => {
    const [, name = "", soft = "", hard = soft] = match ?? [];
    return { name, soft: limit(soft), hard: limit(hard) };
  });
  const isWrong = parsed.some(({ name, soft, hard }) => !RLIMITS.includes(name) || !(soft <= hard));
  return isWrong ? undefined : Object.fromEntries(parsed.map(({ name, soft, hard }) => [name, { soft, hard }]));
}

function limit(text: string): number {
  return text === "infinity" ? Number.POSITIVE_INFINITY : Number.parseInt(text, 10);
}

function parseBackOff(text: string): BackOff | undefined {
  const [first, longest, stable = 600, ...more] = text.split(" ").map((word) => seconds(word, 86_400));
  if (first === undefined || longest === undefined || stable === undefined || more.length > 0) return undefined;
  return first <= longest ? { first, longest, stable } : undefined;
}

function seconds(text: string, longest: number): number | undefined {
  const value = /^[1-9]\d{0,4}s$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
  return value <= longest ? value : undefined;
}
