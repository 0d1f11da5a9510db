import { createInterface } from "node:readline/promises";

/**
 * Returns the answer to a question at a terminal; undefined when standard input is no terminal. The question is on standard error,
 * because standard output may have JSON alone.
 */
export async function confirm(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
