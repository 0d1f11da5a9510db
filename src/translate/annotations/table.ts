import type { Rlimit } from "../../model/confinement.ts";
import { type Listen, parseListen } from "./listen.ts";

/** Options of systemd for which Kubernetes has no field; undefined: as without the annotation. */
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
  readonly autoUpdate?: "registry";
}

export type Ulimits = Readonly<Partial<Record<Rlimit, { readonly soft: number; readonly hard: number }>>>;

/** Seconds: the first pause, the longest pause, and how long a run must last to reset the back-off. */
export interface BackOff {
  readonly first: number;
  readonly longest: number;
  readonly stable: number;
}

export interface AnnotationRow<K extends keyof AnnotationOptions = keyof AnnotationOptions> {
  /** Its key among the options of a container. */
  readonly option: K;
  /** The form of a value: part of the message for an invalid one, and of docs/annotations.md. */
  readonly expected: string;
  /** An example and the effect, for docs/annotations.md. */
  readonly example: string;
  readonly effect: string;
  /** Returns undefined for an invalid value. */
  readonly parse: (text: string) => AnnotationOptions[K] | undefined;
}

export const PREFIX = "unitlet.dev/";

/** Annotations by the name after the prefix. */
export const ANNOTATIONS: Readonly<Record<string, AnnotationRow>> = {
  ulimits: {
    option: "ulimits",
    expected:
      "NAME=SOFT or NAME=SOFT:HARD, separated by blanks; NAME is nofile, nproc, memlock, core or stack, a limit a whole number or infinity",
    example: "nofile=65536 memlock=infinity",
    effect: "sets resource limits (`LimitNOFILE=`, `LimitNPROC=`, …)",
    parse: parseUlimits,
  },
  user: {
    option: "user",
    expected: "the name of a user of the host, and no runAsUser or runAsGroup beside it; not root with runAsNonRoot",
    example: "postgres",
    effect:
      "runs the container as this user of the host and its group, as `runAsUser` and `runAsGroup` with their numbers do",
    parse: (text) => (/^[a-z_][a-z0-9_.-]{0,31}$/.test(text) ? text : undefined),
  },
  "start-after": {
    option: "startAfter",
    expected: "names of other containers of the pod, separated by blanks, without a cycle",
    example: "database",
    effect: "starts the container after these containers have started, or are ready if they have `notify` (`After=`)",
    parse: (text) => (/^[a-z0-9-]+( [a-z0-9-]+)*$/.test(text) ? text.split(" ") : undefined),
  },
  reload: {
    option: "reload",
    expected: "HUP, USR1, USR2 or WINCH",
    example: "HUP",
    effect:
      "sends this signal to the main process when a ConfigMap, Secret or other live volume that it mounts has changed",
    parse: (text) => (["HUP", "USR1", "USR2", "WINCH"].includes(text) ? text : undefined),
  },
  notify: {
    option: "notify",
    expected: "yes or no; yes of a container that runs as root only if it is privileged",
    example: "yes",
    effect:
      "the container counts as running once it has sent `READY=1` (`Type=notify`). Not for root: systemd lets a root process declare any process of the host as the main process",
    parse: (text) => (text === "yes" || text === "no" ? text === "yes" : undefined),
  },
  watchdog: {
    option: "watchdog",
    expected: "a time from 1s to 3600s, with notify: yes",
    example: "30s",
    effect: "restarts the container when it does not send `WATCHDOG=1` within this time (`WatchdogSec=`)",
    parse: (text) => seconds(text, 3600),
  },
  "back-off": {
    option: "backOff",
    expected: "FIRST LONGEST or FIRST LONGEST STABLE, times from 1s to 86400s, FIRST no longer than LONGEST",
    example: "1s 60s 600s",
    effect:
      "sets the first and the longest pause between restarts. After a run of the third duration the pauses start again from the first. Default: 10s 300s 600s",
    parse: parseBackOff,
  },
  listen: {
    option: "listen",
    expected:
      "[udp:][ADDRESS:]PORT or a path below /run/pods/NAMESPACE, separated by blanks, of one container in a pod with restartPolicy Always",
    example: "80 127.0.0.1:9000 /run/pods/shop/web.sock",
    effect:
      "adds a socket unit: systemd listens, also at ports below 1024, and passes the sockets to the container (`$LISTEN_FDS`); clients wait while the container restarts",
    parse: parseListen,
  },
  service: {
    option: "service",
    expected: "the name of a unit that the package has, such as NAME.service",
    example: "slapd.service",
    effect: "selects the service that the container runs, of a package (`image: deb://…`) with several",
    parse: (text) => (/^[A-Za-z0-9:_.-]{1,200}\.service$/.test(text) ? text : undefined),
  },
  "auto-update": {
    option: "autoUpdate",
    expected: "registry",
    example: "registry",
    effect:
      "on a standalone host: [updates the image](images.md#updates) once its tag means another one at the registry. The old image returns when the pod does not get ready",
    parse: (text) => (text === "registry" ? text : undefined),
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
