import { expect, test } from "vitest";
import { countedRetries, retry } from "./retries.ts";

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

test("an action is repeated when its failure is a transient one, and each action that was repeated is counted", async () => {
  expect(await retry("one", failing(), isBusy)).toBe(1);
  expect(countedRetries()).toEqual([]);
  expect(await retry("two", failing("busy\nvery"), isBusy)).toBe(2);
  await expect(retry("three", failing("wrong"), isBusy)).rejects.toThrow("wrong");
  await expect(retry("four", failing("busy", "wrong"), isBusy)).rejects.toThrow("wrong");
  expect(await retry("five", failing("busy", "busy"), isBusy, 2)).toBe(3);
  await expect(retry("six", failing("busy", "busy 2"), isBusy)).rejects.toThrow("busy 2");
  expect(countedRetries()).toEqual(["two: busy", "four: busy", "five: busy", "six: busy"]);
});
