import { MAX_ENTRIES, type ServiceEntry } from "./service-entries.ts";

const HEADING = "\n# Entries of Services.\n";
/** Resolvers cut longer lines: musl has room for 511 bytes (`network/lookup_name.c: name_from_hosts`). */
const MAX_LINE = 500;

/**
 * Returns the lines of /etc/hosts for Services, as a pod of this namespace sees them; "" without any. A name that the file has
 * already is left out, so that no Service takes the place of the pod's own names.
 */
export function serviceLines(
  entries: readonly ServiceEntry[],
  { namespace, domain, before }: { readonly namespace: string; readonly domain: string; readonly before: string },
): string {
  const taken = namesOf(before);
  const isOwn = (entry: ServiceEntry) => entry.namespace === namespace;
  const sorted = [...entries.filter(isOwn), ...entries.filter((entry) => !isOwn(entry))].slice(0, MAX_ENTRIES);
  const lines = sorted.map((entry) => {
    const long = `${entry.host}.${entry.namespace}`;
    const names = [`${long}.svc.${domain}`, `${long}.svc`, long, ...(isOwn(entry) ? [entry.host] : [])];
    return linesOf(
      entry.address,
      names.filter((name) => !taken.has(name)),
    );
  });
  const text = lines.join("");
  return text === "" ? "" : `${HEADING}${text}`;
}

function linesOf(address: string, names: readonly string[]): string {
  const line = `${[address, ...names].join("\t")}\n`;
  if (names.length === 0) return "";
  return line.length <= MAX_LINE ? line : names.map((name) => `${address}\t${name}\n`).join("");
}

/** Returns the names in a text with the format of /etc/hosts. */
function namesOf(text: string): ReadonlySet<string> {
  const lines = text.split("\n").map((line) => line.split("#", 1)[0] ?? "");
  return new Set(lines.flatMap((line) => line.trim().split(/\s+/).slice(1)));
}
