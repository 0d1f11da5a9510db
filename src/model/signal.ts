/** Signals of Linux on amd64 and arm64 by number, without SIG: the first is number 1. */
export const SIGNALS: readonly string[] = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ " +
  "VTALRM PROF WINCH IO PWR SYS"
).split(" ");

/** Returns the number of a signal's name without SIG, such as "TERM"; undefined for a name that is not in SIGNALS. */
export function signalNumber(name: string): number | undefined {
  const at = SIGNALS.indexOf(name);
  return at < 0 ? undefined : at + 1;
}
