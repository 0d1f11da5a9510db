import { stopSignal } from "../../translate/lifecycle/stop-signal.ts";
import type { Directives } from "./directives.ts";

/**
 * Returns a signal as the API spells it, such as SIGRTMIN+3 (`core/v1/types.go: Signal`, v1.36). Undefined for a number, or
 * for a text that is no signal, which it tells.
 */
export function apiSignal(directives: Directives, key: string, text: string): string | undefined {
  const name = stopSignal(text);
  if (name?.startsWith("SIG")) return name;
  directives.note(key, "lifecycle.stopSignal has names of signals alone", text);
  return undefined;
}
