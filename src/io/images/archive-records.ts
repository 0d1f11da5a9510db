import { join } from "node:path";
import { IMAGES } from "../../model/image/image.ts";
import { readOptional, writeAtomic } from "../files.ts";

const RECORDS = join(IMAGES, "archives.json");

/** What became of an archive in the directory of archives, when it was last imported. */
export interface ArchiveRecord {
  /** Identifies the file's content: its inode number, size and time of change. */
  readonly key: string;
  /** Canonical names of the images that it gave this host. */
  readonly names: readonly string[];
  /** Why it could not be imported; undefined when it was. */
  readonly problem?: string;
}

/** Returns the records by the names of the files; none when the file cannot be parsed. */
export function readArchiveRecords(): ReadonlyMap<string, ArchiveRecord> {
  try {
    return new Map(Object.entries(JSON.parse(readOptional(RECORDS) ?? "{}")));
  } catch {
    return new Map();
  }
}

export function writeArchiveRecords(records: ReadonlyMap<string, ArchiveRecord>): void {
  writeAtomic(RECORDS, `${JSON.stringify(Object.fromEntries(records), undefined, 1)}\n`, 0o600);
}
