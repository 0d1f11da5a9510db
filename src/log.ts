/** Priorities of syslog, as journald reads them in front of a line (sd-daemon(3)). */
const PRIORITY = { error: 3, warning: 4, notice: 5 } as const;

export type Fields = Readonly<Record<string, string | number | undefined>>;

/** Returns one line of the journal: its priority, then the message with its fields. */
export function formatLine(level: keyof typeof PRIORITY, message: string, fields: Fields = {}): string {
  return `<${PRIORITY[level]}>${formatFields(message, fields)}\n`;
}

/**
 * Returns a constant message, followed by its fields as KEY=VALUE. A value that could break the line is quoted as in
 * JSON.
 */
export function formatFields(message: string, fields: Fields): string {
  const words = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${quote(String(value))}`],
  );
  return [message, ...words].join(" ");
}

function quote(text: string): string {
  if (/^[\w./:@+{}-]+$/.test(text)) return text;
  // JSON leaves these as they are. journalctl then shows the length of the line instead of its text.
  return JSON.stringify(text).replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}

export interface Log {
  error(message: string, fields?: Fields): void;
  warning(message: string, fields?: Fields): void;
  notice(message: string, fields?: Fields): void;
}

/** Returns a log that passes each line, with its line break, to `write`. */
export function logTo(write: (line: string) => void): Log {
  return {
    error: (message, fields) => write(formatLine("error", message, fields)),
    warning: (message, fields) => write(formatLine("warning", message, fields)),
    notice: (message, fields) => write(formatLine("notice", message, fields)),
  };
}
