import { execFileSync } from "node:child_process";
import { readOwnedUnits } from "../../io/systemd/owned-units.ts";

/** A unit of a pod, with the state that systemd has for it: "active (running)". */
export interface PodUnit {
  readonly name: string;
  /** "" for a unit of the whole pod. */
  readonly container: string;
  readonly state: string;
}

/** Returns the units of a pod that have files on this host. */
export function readPodUnits(uid: string): readonly PodUnit[] {
  const own = readOwnedUnits().filter(({ identity }) => identity.podUID === uid);
  return own.map(({ name, identity: { container } }) => ({ name, container, state: stateOf(name) }));
}

function stateOf(name: string): string {
  try {
    const text = execFileSync("systemctl", ["show", "--property=ActiveState,SubState", "--", name], {
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
    });
    const property = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(text)?.[1] ?? "unknown";
    return `${property("ActiveState")} (${property("SubState")})`;
  } catch {
    return "unknown";
  }
}
