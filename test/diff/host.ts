import type { Pod } from "../../src/model/api/pod.ts";
import { type ContainerHistory, NO_HISTORY } from "../../src/model/exit-record.ts";
import { environmentFile } from "../../src/model/paths.ts";
import type { ActualUnit, UnitName } from "../../src/model/unit.ts";
import type { PodDirectory, World } from "../../src/model/world.ts";
import { decodeUnit } from "../../src/unitfile/codec.ts";

/** The files and units of a world, to be changed; the world itself stays as it was. */
export class Host {
  readonly now: number;
  readonly units: Map<UnitName, ActualUnit>;
  readonly directories: Map<string, PodDirectory>;
  pods: readonly Pod[];
  readonly #world: World;
  #runs = 1000;

  constructor(world: World) {
    this.#world = world;
    this.now = world.now;
    this.units = new Map(world.units);
    this.directories = new Map(world.directories);
    this.pods = world.pods.items;
  }

  world(): World {
    const pods = { ...this.#world.pods, items: this.pods };
    return { ...this.#world, units: this.units, directories: this.directories, pods };
  }

  newInvocation(): string {
    this.#runs += 1;
    return `${this.now.toString(16)}${this.#runs.toString(16)}`.padStart(32, "0");
  }

  unit(name: UnitName): ActualUnit {
    const unit = this.units.get(name);
    if (unit === undefined) throw new Error(`there is no unit ${name}`);
    return unit;
  }

  change(name: UnitName, change: { readonly [K in keyof ActualUnit]?: ActualUnit[K] | undefined }): void {
    const old = this.units.get(name) ?? { name, dropIns: [], linked: false };
    const entries = Object.entries({ ...old, ...change }).filter(([, value]) => value !== undefined);
    this.units.set(name, Object.fromEntries(entries) as unknown as ActualUnit);
  }

  addFile(uid: string, name: string, text: string): void {
    this.#changeDirectory(uid, ({ files, ...rest }) => ({ ...rest, files: new Map([...files, [name, text]]) }));
  }

  changePast(uid: string, container: string, change: (past: ContainerHistory) => ContainerHistory): void {
    this.#changeDirectory(uid, ({ histories, ...rest }) => {
      const past = change(histories.get(container) ?? NO_HISTORY);
      return { ...rest, histories: new Map([...histories, [container, past]]) };
    });
  }

  #changeDirectory(uid: string, change: (directory: PodDirectory) => PodDirectory): void {
    const empty: PodDirectory = { uid, histories: new Map(), files: new Map(), volumes: new Map() };
    this.directories.set(uid, change(this.directories.get(uid) ?? empty));
  }

  /** Whether systemd would start it: by the paths that the helpers and the run write. */
  conditionsHold({ text = "", identity }: ActualUnit): boolean {
    const directory = this.directories.get(identity?.podUID ?? "");
    const isThere = (path: string) => {
      const [, name = "", kind] = /([^/]+)\.(env|initialized|finished)$/.exec(path) ?? [];
      if (kind === "env") return directory?.files.has(environmentFile(name)) ?? false;
      const past = directory?.histories.get(name) ?? NO_HISTORY;
      return kind === "initialized" ? past.done : past.finished;
    };
    const conditions = decodeUnit(text).Unit?.ConditionPathExists ?? [];
    return conditions.every((path) => (path.startsWith("!") ? !isThere(path.slice(1)) : isThere(path)));
  }
}

/** It has processes, or a job that may give it some. */
export function isUp({ state }: ActualUnit): boolean {
  return state !== undefined && (state.job !== "" || !["inactive", "failed"].includes(state.active));
}
