import { decodeText } from "./decode-text.ts";
import { splitDocuments, type TextDocument } from "./manifest-documents.ts";

/** A file of manifests. `name` is what messages call it. */
export interface ManifestFile {
  readonly name: string;
  read(): Buffer;
  /** True for a file that users other than root can read. Absent for what is no file of the host. */
  isPublic?(): boolean;
  /** True when sealed Secrets are opened, which only the host can do that has sealed them. Otherwise their values stay sealed. */
  readonly opensSecrets?: boolean;
}

/** Returns the texts of the documents in a file. Text before the first separator counts only when it has more than comments. */
export function documents(file: ManifestFile, problems: string[]): readonly TextDocument[] {
  try {
    const text = decodeText(file.read());
    const all = splitDocuments(text);
    const isEmpty = (all[0]?.text ?? "").split("\n").every((line) => /^\s*([#%].*)?$/.test(line));
    return isEmpty ? all.slice(1) : all;
  } catch (error) {
    // The rest of Node's messages repeats the path.
    problems.push(`${file.name}: cannot be read: ${(error as Error).message.split(",")[0]}`);
    return [];
  }
}
