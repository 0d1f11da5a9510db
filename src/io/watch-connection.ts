import { RUN_DIR } from "../model/paths.ts";
import { fileNumbers } from "./unchanged-marks.ts";

/** `pod-watch` writes its process into it at each connection, and adds a byte for each event. docs/files.md has the format. */
export const WATCH_CONNECTION = `${RUN_DIR}/watch-connection`;
/** Its mtime is when the API server has last written to the watch. */
export const WATCH_HEARD = `${RUN_DIR}/watch-heard`;
/**
 * A connection without an event or a bookmark for so long is not relied upon. Bookmarks come once a minute
 * (`storage/cacher/cacher.go: defaultBookmarkFrequency`, v1.36). `pod-watch` ends such a connection.
 */
export const WATCH_SILENCE_MS = 100_000;

/** Returns what differs after the next connection or event of the watch; undefined while it has no connection. */
export function readWatchConnection(): string | undefined {
  return fileNumbers(WATCH_CONNECTION);
}
