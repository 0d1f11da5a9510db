/** Priorities as journald reads them in front of a line: syslog's. */
const PRIORITY = { error: 3, warning: 4, notice: 5 } as const;

export type Fields = Readonly<Record<string, string | number | undefined>>;

/** One line: a constant message, then what it is about. Anything that could break the line is quoted. */
export function formatLine(level: keyof typeof PRIORITY, message: string, fields: Fields = {}): string {
  const words = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${quote(String(value))}`],
  );
  return `<${PRIORITY[level]}>${[message, ...words].join(" ")}\n`;
}

function quote(text: string): string {
  return /^[\w./:@+{}-]+$/.test(text) ? text : JSON.stringify(text);
}

export interface Log {
  error(message: string, fields?: Fields): void;
  warning(message: string, fields?: Fields): void;
  notice(message: string, fields?: Fields): void;
}

export function logTo(write: (line: string) => void): Log {
  return {
    error: (message, fields) => write(formatLine("error", message, fields)),
    warning: (message, fields) => write(formatLine("warning", message, fields)),
    notice: (message, fields) => write(formatLine("notice", message, fields)),
  };
}
