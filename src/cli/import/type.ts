import type { Directives } from "./directives.ts";
import type { ImportedMount } from "./mounts.ts";
import { seconds } from "./quantities.ts";

/** What the type of a service asks for. */
export interface ImportedType {
  readonly isOneshot: boolean;
  /** Annotations of a container that does not run as root. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly mounts: readonly ImportedMount[];
}

const BUS = "/run/dbus";

/** Reads Type= and WatchdogSec=. */
export function readType(service: Directives): ImportedType {
  const bus = service.last("BusName");
  const type = service.last("Type") ?? (bus === undefined ? "simple" : "dbus");
  const isRoot = /^(root|0)$/.test(service.last("User") ?? "root") && !service.isOn("DynamicUser");
  const none = { isOneshot: type === "oneshot", annotations: {}, mounts: [] };
  if (type === "forking")
    service.note("Type", "a container ends with its first process. Add the option that keeps it in the foreground");
  if (type === "dbus") {
    service.note("Type", `the container counts as running at once. It has the bus by a volume at ${BUS}`);
    return { ...none, mounts: [{ source: { hostPath: { path: BUS, type: "Directory" } }, mountPath: BUS }] };
  }
  if (type !== "notify" && type !== "notify-reload") return none;
  if (!isRoot) return { ...none, annotations: { "unitlet.dev/notify": "yes", ...watchdog(service) } };
  service.note("Type", "a container of root counts as running at once. A readinessProbe can tell when it is ready");
  return none;
}

function watchdog(service: Directives): Readonly<Record<string, string>> {
  const text = service.last("WatchdogSec");
  const value = text === undefined ? undefined : seconds(text);
  if (text === undefined || value === 0) return {};
  if (value !== undefined && Number.isInteger(value) && value <= 3600) return { "unitlet.dev/watchdog": `${value}s` };
  service.note("WatchdogSec", "the annotation unitlet.dev/watchdog has whole seconds, at most 3600s");
  return {};
}
