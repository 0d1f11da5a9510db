/** The result of one check: its subject, its state, and what to do when it is not ok. */
export interface Finding {
  readonly level: "ok" | "warning" | "error";
  readonly what: string;
  readonly message: string;
}

export const ok = (what: string, message: string): Finding => ({ level: "ok", what, message });
export const warning = (what: string, message: string): Finding => ({ level: "warning", what, message });
export const error = (what: string, message: string): Finding => ({ level: "error", what, message });
