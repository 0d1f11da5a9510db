import { expect, test } from "vitest";
import { countedRetries, retryOnce } from "./retries.ts";

/** Returns an action that fails once with each of the messages, and then returns the number of its calls. */
function failing(...messages: readonly string[]) {
  let calls = 0;
  return async () => {
    const message = messages[calls];
    calls += 1;
    if (message !== undefined) throw new Error(message);
    return calls;
  };
}

const isBusy = ({ message }: Error) => message.startsWith("busy");

test("an action is repeated once, when its failure is a transient one, and every repetition is counted", async () => {
  expect(await retryOnce("one", failing(), isBusy)).toBe(1);
  expect(countedRetries()).toEqual([]);
  expect(await retryOnce("two", failing("busy\nvery"), isBusy)).toBe(2);
  await expect(retryOnce("three", failing("wrong"), isBusy)).rejects.toThrow("wrong");
  await expect(retryOnce("four", failing("busy", "wrong"), isBusy)).rejects.toThrow("wrong");
  expect(countedRetries()).toEqual(["two: busy", "four: busy"]);
});
