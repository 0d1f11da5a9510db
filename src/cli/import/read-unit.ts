import { decodeUnit } from "../../unitfile/codec.ts";

/** A unit with its drop-ins, as systemd reads it. */
export interface ReadUnit {
  /** "redis-server.service" */
  readonly name: string;
  /** Values by section and directive, without those that an empty assignment has reset. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** Specifiers that only the host can replace, such as "%H". They are still in the values. */
  readonly unknownSpecifiers: readonly string[];
}

/** Directives for which an empty value means something. */
const EMPTY_COUNTS = new Set(["CapabilityBoundingSet"]);

/** Reads the text of a unit, which may have its drop-ins after it. Throws UnitSyntaxError. */
export function readUnit(name: string, text: string): ReadUnit {
  const unknown = new Set<string>();
  const meanings = specifiers(name);
  const replaced = (value: string) =>
    value.replace(/%(.)/g, (whole, letter: string) => {
      const meaning = meanings[letter];
      if (meaning === undefined) unknown.add(whole);
      return meaning ?? whole;
    });
  const sections = Object.entries(decodeUnit(text)).map(
    ([section, settings]) => [section, effective(settings, replaced)] as const,
  );
  return { name, sections: new Map(sections), unknownSpecifiers: [...unknown] };
}

function effective(
  settings: Readonly<Record<string, readonly string[]>>,
  replaced: (value: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(settings).map(([key, values]) => {
    const kept = values.slice(values.lastIndexOf("") + 1).map(replaced);
    return [key, kept.length === 0 && EMPTY_COUNTS.has(key) ? [""] : kept] as const;
  });
  return new Map(entries.filter(([, values]) => values.length > 0));
}

/** Values of specifiers in the system manager, for a unit of root. */
function specifiers(name: string): Readonly<Record<string, string>> {
  const plain = name.replace(/\.[a-z]+$/, "");
  const at = plain.indexOf("@");
  const [prefix, instance] = at < 0 ? [plain, ""] : [plain.slice(0, at), plain.slice(at + 1)];
  return {
    ...{ n: name, N: plain, p: prefix, P: unescaped(prefix), i: instance, I: unescaped(instance) },
    ...{ f: `/${unescaped(at < 0 ? prefix : instance)}`, j: prefix.split("-").at(-1) ?? "" },
    ...{ t: "/run", S: "/var/lib", C: "/var/cache", L: "/var/log", E: "/etc", T: "/tmp", V: "/var/tmp" },
    ...{ h: "/root", u: "root", U: "0", g: "root", G: "0", s: "/bin/sh", "%": "%" },
  };
}

/** Takes back what `systemd-escape` does to a name. */
function unescaped(text: string): string {
  const bytes = text
    .replaceAll("-", "/")
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytes;
}
