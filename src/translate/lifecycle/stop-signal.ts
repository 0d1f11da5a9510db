import { SIGNALS } from "../../model/signal.ts";

const SIGNAL = new RegExp(`^(?:SIG)?(${SIGNALS.join("|")}|POLL|RTM(?:IN|AX)(?:[+-]\\d+)?)$`);

/** A signal as systemd writes it, from how the API (SIGRTMINPLUS3) or an image (term, 15) has it; undefined for none. */
export function stopSignal(text: string): string | undefined {
  const plain = text.toUpperCase().replace("PLUS", "+").replace("MINUS", "-");
  const name = SIGNAL.exec(plain)?.[1];
  if (name !== undefined) return `SIG${name}`;
  return /^[1-9]\d?$/.test(text) ? text : undefined;
}
