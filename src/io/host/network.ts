import { readOptional } from "../files.ts";

/** Of one network interface, since it is there. */
export interface InterfaceUse {
  readonly name: string;
  readonly received: Traffic;
  readonly transmitted: Traffic;
}

export interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** The host's own traffic: without what it says to itself, and without the host's ends of links that lead to pods. */
const INTERNAL = /^(lo$|veth|docker)/;

export function readInterfaces(): readonly InterfaceUse[] {
  return parseInterfaces(readOptional("/proc/net/dev") ?? "");
}

/** /proc/net/dev: two lines of headings, then eight numbers received and eight transmitted for each interface. */
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
