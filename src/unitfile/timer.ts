import type { UnitLines } from "../model/unit.ts";
import { encodeUnit } from "./codec.ts";
import { digest } from "./hash.ts";
import { IDENTITY_SECTION } from "./identity.ts";

const HASH_LENGTH = 16;
const KIND = "cronjob";

/** The CronJob that a timer unit belongs to. */
export interface TimerOwner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Returns the text of a CronJob's timer: the [X-Kubernetes] section with its owner, then the other sections. */
export function encodeTimer({ namespace, name, uid }: TimerOwner, timer: UnitLines): string {
  const body = encodeUnit([
    ["Unit", [["Description", `unitlet: times of CronJob ${namespace}/${name}`]]],
    ["Timer", timer],
    ["Install", [["WantedBy", "multi-user.target"]]],
  ]);
  const owner: UnitLines = [
    ["Namespace", namespace],
    ["CronJob", name],
    ["CronJobUID", uid],
    ["Kind", KIND],
    ["TextHash", digest(body, HASH_LENGTH)],
  ];
  return `${encodeUnit([[IDENTITY_SECTION, owner]])}\n${body}`;
}

/** True for a unit's text that says that it belongs to a CronJob, also after an edit of its other sections. */
export function isTimerText(text: string): boolean {
  const start = text.search(/(?<=^|\n)\[X-Kubernetes\]\r?\n/);
  if (start < 0) return false;
  const end = text.indexOf("\n[", start);
  const own = end < 0 ? text.slice(start) : text.slice(start, end);
  return /^Kind=cronjob\r?$/m.test(own) && /^CronJobUID=./m.test(own);
}
