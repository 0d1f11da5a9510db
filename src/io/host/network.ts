import { readOptional } from "../files.ts";

/** The traffic of one network interface since it was created. */
export interface InterfaceUse {
  readonly name: string;
  readonly received: Traffic;
  readonly transmitted: Traffic;
}

/** The counters of one direction of a network interface. */
export interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** The interfaces that do not count as the host's traffic: loopback, and the host's ends of links to containers. */
const INTERNAL = /^(lo$|veth|docker)/;

/** Returns the traffic of the host's interfaces. */
export function readInterfaces(): readonly InterfaceUse[] {
  return parseInterfaces(readOptional("/proc/net/dev") ?? "");
}

/** Parses /proc/net/dev: two lines of headings, then eight numbers received and eight transmitted for each interface. */
export function parseInterfaces(text: string): readonly InterfaceUse[] {
  return text.split("\n").flatMap((line) => {
    const [, name = "", numbers = ""] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name === "" || INTERNAL.test(name)) return [];
    const values = numbers.trim().split(/\s+/).map(Number);
    return [{ name, received: traffic(values), transmitted: traffic(values.slice(8)) }];
  });
}

function traffic([bytes = 0, packets = 0, errors = 0, dropped = 0]: readonly number[]): Traffic {
  return { bytes, packets, errors, dropped };
}
