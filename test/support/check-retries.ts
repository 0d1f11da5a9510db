import { afterAll } from "vitest";
import { countedRetries, RETRY_BUDGET } from "./retries.ts";

declare module "vitest" {
  interface TaskMeta {
    retries?: readonly string[];
  }
}

// Vitest runs these hooks in reverse order, so the hook of a setup file is the last one of each test file.
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of fixtures from the pattern
afterAll(({}, { file }) => {
  const retries = countedRetries();
  file.meta.retries = retries;
  if (retries.length > RETRY_BUDGET)
    throw new Error(`${retries.length} retries in helpers, ${RETRY_BUDGET} are allowed:\n${retries.join("\n")}`);
});
