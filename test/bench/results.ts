import type { Burst } from "./burst.ts";
import type { Idle } from "./idle.ts";
import type { Images } from "./images.ts";
import type { Comparison } from "./kubelet/compare.ts";
import type { Latency } from "./latency.ts";
import type { Minute } from "./minute.ts";
import type { Network } from "./network.ts";
import type { Port } from "./port.ts";
import type { Probes } from "./probes.ts";
import type { Reboots } from "./reboot/reboot.ts";
import type { Scale } from "./scale/scale.ts";
import type { Traffic } from "./scale/traffic.ts";
import type { Sources } from "./sources.ts";
import type { Runs } from "./subject.ts";

/** With the watch, and with the timer alone. */
export interface Both<T> {
  readonly watch: T;
  readonly timer: T;
}

/** What `--json` writes; a part that was not asked for is missing. */
export interface Results {
  readonly where: Readonly<Record<string, string>>;
  floor?: Runs;
  readonly idle: Idle[];
  readonly minutes: Minute[];
  bare?: Minute;
  latency?: Both<Latency>;
  burst?: Both<Burst>;
  port?: Port;
  probes?: Probes;
  sources?: readonly Sources[];
  images?: Images;
  network?: Network;
  comparison?: Comparison;
  reboots?: readonly Reboots[];
  traffic?: readonly Traffic[];
  scale?: Scale;
}
