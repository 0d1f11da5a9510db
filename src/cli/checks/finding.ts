/** What was looked at, how it is, and for what is not well what to do about it. */
export interface Finding {
  readonly level: "ok" | "warning" | "error";
  readonly what: string;
  readonly words: string;
}

export const ok = (what: string, words: string): Finding => ({ level: "ok", what, words });
export const warning = (what: string, words: string): Finding => ({ level: "warning", what, words });
export const error = (what: string, words: string): Finding => ({ level: "error", what, words });
