/** One entry of an archive. */
export interface TarEntry {
  readonly path: string;
  readonly type?: "file" | "directory" | "symlink" | "link" | "character" | "block" | "fifo";
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** The target of a link. */
  readonly target?: string;
  readonly device?: readonly [major: number, minor: number];
}

const TYPES = { file: "0", link: "1", symlink: "2", character: "3", block: "4", directory: "5", fifo: "6" } as const;
const BLOCK = 512;

/** Returns an archive with exactly these entries, also ones that tar(1) would not write. A name has at most 100 bytes. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? "");
    return [header(entry, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header({ path, type = "file", mode, uid = 0, gid = 0, target = "", device = [0, 0] }: TarEntry, size: number) {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
  block.write(path, 0);
  octal(mode ?? (type === "directory" ? 0o755 : 0o644), 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(1_700_000_000, 136, 12);
  block.write("        ", 148);
  block.write(TYPES[type], 156);
  block.write(target, 157);
  block.write("ustar\u000000", 257);
  octal(device[0], 329, 8);
  octal(device[1], 337, 8);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
