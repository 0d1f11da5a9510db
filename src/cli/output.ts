/**
 * Returns the text with control characters as in JSON, but for line breaks and tabs. Manifests, the API server and images
 * choose parts of what a command prints, and the terminal of root would obey them.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Prints on standard output. A file gets the exact bytes: a unit may contain characters of U+0080 to U+009F. */
export function print(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printable(text) : text);
}

/** Prints a line on standard error. */
export function printError(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/** Prints a text whose parts of other origin are printable already, and which may have colours. */
export function printStyled(text: string): void {
  process.stdout.write(text);
}

/** Ends the process when the reader of its output, such as head, has read enough. Throws other errors. */
export function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit();
  throw error;
}

/** Lets work that changes the host go on when its output is no longer read. */
export function ignoreClosedPipe(): void {
  process.stdout.off("error", endOnClosedPipe);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", throwUnlessClosed);
}

/** EIO is that of a terminal that is gone. */
function throwUnlessClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}
