import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { logNamespaceOf } from "../../unitfile/names.ts";
import { list, readOptional } from "../files.ts";
import { FileEntries } from "./file-entries.ts";
import { invocationMatch } from "./journal.ts";
import { JournalFile } from "./journal-file.ts";

const JOURNAL_DIRS = ["/var/log/journal", "/run/log/journal"];
const MACHINE_ID = "/etc/machine-id";

/** What is yielded at once. */
const CHUNK_BYTES = 256 * 1024;

/** The entries that are read at once: a container may write many that are no output. Other requests have their turn after them. */
const ENTRIES_AT_ONCE = 20_000;

/** A compressed message takes ten times what journalctl needs for it. So many are read, and one of so many entries. */
const MANY_COMPRESSED = 100;
const COMPRESSED_SHARE = 20;

/** A read of the output of an invocation. `until` is in microseconds since the epoch. */
export interface FilesQuery {
  readonly unit: string;
  readonly invocation: string;
  /** The cursor of the entry before the first one. Without it the first entry of the invocation is the first one. */
  readonly after?: string;
  readonly until: number;
}

export interface FilesEnd {
  /** The cursor of the last entry of standard output that was read; undefined without one. */
  readonly cursor?: string;
  readonly bytes: number;
  /** The streams of the entries. */
  readonly streams: ReadonlySet<string>;
  /** True when all entries until `until` were read; false when journalctl must go on. */
  readonly isDone: boolean;
}

/**
 * Yields what the processes of an invocation have written after an entry, out of the files of journald, for a tenth of what
 * journalctl takes. It reads only files whose format it knows.
 */
export async function* readFiles(
  query: FilesQuery,
  directories = directoriesOf(query.unit),
): AsyncGenerator<Buffer, FilesEnd> {
  const files: FileEntries[] = [];
  const copy = new FilesCopy(files, query.until);
  try {
    copy.open(directories, query);
    for (;;) {
      const chunk = copy.read();
      if (chunk.length > 0) yield chunk;
      else await setImmediate();
      if (copy.end !== undefined) return copy.end;
    }
  } finally {
    for (const file of files) file.close();
  }
}

/** Returns the directories with the journal of the unit's namespace, and with that of the host. */
function directoriesOf(unit: string): readonly string[] {
  const machine = readOptional(MACHINE_ID)?.trim() ?? "";
  return JOURNAL_DIRS.flatMap((parent) => ["", `.${logNamespaceOf(unit)}`].map((end) => join(parent, machine + end)));
}

class FilesCopy {
  readonly #files: FileEntries[];
  readonly #until: number;
  readonly #streams = new Set<string>();
  #cursor: string | undefined;
  #bytes = 0;
  #entries = 0;
  #isDone: boolean | undefined;

  constructor(files: FileEntries[], until: number) {
    this.#files = files;
    this.#until = until;
  }

  /** Undefined while there is more to read. */
  get end(): FilesEnd | undefined {
    if (this.#isDone === undefined) return undefined;
    const cursor = this.#cursor === undefined ? {} : { cursor: this.#cursor };
    return { bytes: this.#bytes, isDone: this.#isDone, streams: this.#streams, ...cursor };
  }

  open(directories: readonly string[], { invocation, after }: FilesQuery): void {
    this.#attempt(() => {
      const value = Buffer.from(invocationMatch(invocation));
      for (const path of directories.flatMap(journalsIn)) this.#open(path, value);
      const [first] = this.#files;
      const start = after === undefined ? `s=${first?.sequence};i=0;` : after;
      const [, sequence, number = ""] = /^s=([0-9a-f]{32});i=([0-9a-f]+);/.exec(start) ?? [];
      // Only the numbers of one sequence are in the order of the entries.
      if (this.#files.some((each) => each.sequence !== sequence)) this.#isDone = false;
      else for (const each of this.#files) each.goAfter(Number.parseInt(number, 16));
    });
  }

  #open(path: string, value: Buffer): void {
    const file = new JournalFile(path);
    try {
      const entries = new FileEntries(file, value, this.#streams);
      if (entries.isEmpty) file.close();
      else this.#files.push(entries);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Returns the next bytes, which are none at the end. Throws when the files change in a way that journald does not change them. */
  read(): Buffer {
    const out = Buffer.allocUnsafe(this.#isDone === undefined ? CHUNK_BYTES : 0);
    let length = 0;
    let last: FileEntries | undefined;
    this.#attempt(() => {
      const end = this.#entries + ENTRIES_AT_ONCE;
      while (this.#isDone === undefined && this.#entries < end) {
        const file = this.#oldest();
        if (file === undefined || file.realtime > this.#until) {
          this.#isDone = true;
          return;
        }
        const copied = file.copy(out, length);
        // A message that is longer than a chunk is left to journalctl.
        if (copied < 0 && length === 0) this.#isDone = false;
        if (copied < 0) return;
        length = copied;
        // journalctl 252 skips an entry after the cursor of one that its matches leave out.
        if (file.isOutput) last = file;
        this.#entries += 1;
        file.next();
      }
    });
    if (last !== undefined) this.#cursor = last.cursor();
    this.#bytes += length;
    const compressed = this.#files.reduce((sum, each) => sum + each.compressed, 0);
    if (compressed > MANY_COMPRESSED && compressed > this.#entries / COMPRESSED_SHARE) this.#isDone ??= false;
    return out.subarray(0, length);
  }

  #oldest(): FileEntries | undefined {
    let oldest: FileEntries | undefined;
    for (const file of this.#files)
      if (file.sequenceNumber < (oldest?.sequenceNumber ?? Number.POSITIVE_INFINITY)) oldest = file;
    return oldest;
  }

  /** Leaves the rest to journalctl when a file cannot be read. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch {
      this.#isDone = false;
    }
  }
}

function journalsIn(directory: string): string[] {
  return list(directory)
    .filter((name) => /\.journal~?$/.test(name))
    .map((name) => join(directory, name));
}
