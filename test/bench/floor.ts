import { say } from "./progress.ts";
import type { Runs, Subject } from "./subject.ts";

/** What the Node that is shipped takes for a program that does nothing: no run can take less. */
export async function measureFloor(subject: Subject, times: number): Promise<Runs> {
  say("the floor: node -e 0");
  await subject.stop();
  const [node = ""] = await subject.command();
  return await subject.measure([node, "-e", "0"], times);
}
