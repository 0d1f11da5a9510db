const start = performance.now();

/** Prints a line with the seconds since the start. */
export function say(what: string): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(5);
  process.stdout.write(`chaos ${seconds} s: ${what}\n`);
}
