const start = performance.now();

/** On standard error: the tables alone are the output. */
export function say(what: string): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(3);
  process.stderr.write(`bench ${seconds} s: ${what}\n`);
}
