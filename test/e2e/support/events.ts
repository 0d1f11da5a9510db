import type { Node } from "../../support/node.ts";

/** Returns the reason and message of each Event of a pod. */
export async function eventsOf(node: Node, name: string): Promise<string[]> {
  const fields = '{range .items[*]}{.reason}: {.message}{"\\n"}{end}';
  const selector = `--field-selector=involvedObject.name=${name}`;
  return (await node.kubectl("get", "events", selector, "-o", `jsonpath=${fields}`)).trim().split("\n");
}

/** Waits for Events that begin with these words. A run writes Events after the status. */
export async function waitForEvents(node: Node, name: string, words: readonly string[]): Promise<void> {
  const poll = async () => {
    const seen = await eventsOf(node, name);
    return [words.every((start) => seen.some((each) => each.startsWith(start))), seen];
  };
  await node.machine.until(poll, { what: `the Events ${words.join("; ")}` });
}
