/** Ended for good: a pod in such a phase never has another one. */
export function isTerminal(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}
