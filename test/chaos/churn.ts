import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";
import type { Subject } from "./subject.ts";

const MAX_PODS = 40;
/** The flags of a delete: as most users do it, at once, and by force. */
const DELETES: readonly (readonly string[])[] = [[], [], ["--grace-period=1"], ["--grace-period=0", "--force"]];

/** Creates and deletes pods of random kinds until `isOver`. Returns the number of pods that it has created. */
export async function churn(subject: Subject, random: Random, isOver: () => boolean): Promise<number> {
  const kinds = Object.keys(subject.kinds);
  let created = 0;
  while (!isOver()) {
    const names = [...subject.wanted.keys()].filter((name) => name.startsWith("churn-"));
    const grows = names.length < 5 || (names.length < MAX_PODS && random.next() < 0.6);
    if (grows) {
      const pods = Array.from({ length: random.between(1, 4) }, () => {
        created += 1;
        return [`churn-${random.between(0, 999_999)}-${created}`, random.pick(kinds)] as const;
      });
      await subject.create(pods);
    } else {
      await subject.remove([random.pick(names), random.pick(names)], ...random.pick(DELETES));
    }
    await sleep(random.between(50, 400));
  }
  return created;
}
