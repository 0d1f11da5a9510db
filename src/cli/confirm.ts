import { createInterface } from "node:readline/promises";

/** What somebody at a terminal answers; undefined when nobody is there. */
export async function confirm(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
