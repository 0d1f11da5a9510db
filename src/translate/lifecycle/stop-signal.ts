import { SIGNALS } from "../../model/signal.ts";

const SIGNAL = new RegExp(`^(?:SIG)?(${SIGNALS.join("|")}|POLL|RTM(?:IN|AX)(?:[+-]\\d+)?)$`);

/**
 * Returns a signal in systemd's spelling, from that of the API (SIGRTMIN+3) or of an image (term, 15); undefined for
 * an invalid one.
 */
export function stopSignal(text: string): string | undefined {
  const plain = text.toUpperCase().replace("PLUS", "+").replace("MINUS", "-");
  const name = SIGNAL.exec(plain)?.[1];
  if (name !== undefined) return `SIG${name}`;
  return /^[1-9]\d?$/.test(text) ? text : undefined;
}
