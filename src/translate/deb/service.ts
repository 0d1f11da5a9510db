import type { InstalledDeb, PackageService } from "../../model/image/deb.ts";
import { decodeUnit, UnitSyntaxError } from "../../unitfile/codec.ts";
import { DIRECTIVES } from "./directives.ts";

/** A package's unit with its drop-ins, as systemd reads them. */
export interface PackageServiceUnit {
  readonly name: string;
  /** Values in [Service] in the unit's order, without those that an empty assignment has reset. */
  readonly settings: ReadonlyMap<string, readonly string[]>;
}

/** `because` is a phrase that follows the name of the unit or package. */
export type ParsedService =
  | { readonly ok: true; readonly service: PackageServiceUnit }
  | { readonly ok: false; readonly because: string };

/**
 * Chooses the service of the package that the container runs, and checks that a container can do what its unit says.
 */
export function packageService(
  { package: name, services }: InstalledDeb,
  requested: string | undefined,
): ParsedService {
  const names = services.map((each) => each.name).join(", ");
  const chosen = requested ?? `${name}.service`;
  const service = services.find((each) => each.name === chosen) ?? (requested ? undefined : only(services));
  if (service !== undefined) return read(service);
  if (services.length === 0) return { ok: false, because: `package ${name} has no service of its own` };
  if (requested !== undefined) return { ok: false, because: `package ${name} has no ${requested}, but ${names}` };
  const choice = "choose one by the annotation unitlet.dev/service";
  return { ok: false, because: `package ${name} has several services, ${names}: ${choice}` };
}

function only(services: readonly PackageService[]): PackageService | undefined {
  return services.length === 1 ? services[0] : undefined;
}

function read({ name, texts }: PackageService): ParsedService {
  try {
    const units = texts.map(decodeUnit);
    const problem = unsupported(name, units);
    if (problem !== undefined) return { ok: false, because: `${name} ${problem}` };
    const settings = merged(units.map(({ Service = {} }) => Service));
    return { ok: true, service: { name, settings: mapped(settings, (value) => withoutSpecifiers(value, name)) } };
  } catch (error) {
    if (!(error instanceof UnitSyntaxError || error instanceof SpecifierError)) throw error;
    return { ok: false, because: `${name} ${error.message}` };
  }
}

type Section = Readonly<Record<string, readonly string[]>>;

function merged(sections: readonly Section[]): ReadonlyMap<string, readonly string[]> {
  const settings = new Map<string, readonly string[]>();
  for (const [key, values] of sections.flatMap((section) => Object.entries(section))) {
    const last = values.lastIndexOf("");
    const kept = last >= 0 ? values.slice(last + 1) : [...(settings.get(key) ?? []), ...values];
    settings.set(key, kept);
  }
  // An empty assignment has a meaning only for this directive: no capability at all.
  return new Map([...settings].filter(([key, values]) => values.length > 0 || key === "CapabilityBoundingSet"));
}

function mapped(
  settings: ReadonlyMap<string, readonly string[]>,
  change: (value: string) => string,
): ReadonlyMap<string, readonly string[]> {
  return new Map([...settings].map(([key, values]) => [key, values.map(change)]));
}

/** Units that are active on every host before containers start. */
const BASICS =
  /^((sysinit|basic|local-fs|remote-fs|network|network-online|network-pre|nss-lookup|nss-user-lookup|time-sync)\.target|(dbus|syslog|systemd-[a-z-]+)\.(socket|service)|.*\.(mount|slice))$/;

const NEEDS = ["Requires", "Requisite", "BindsTo"];

function unsupported(name: string, units: readonly Readonly<Record<string, Section>>[]): string | undefined {
  const settings = merged(units.map(({ Service = {} }) => Service));
  const unknown = [...settings.keys()].find((key) => !DIRECTIVES.has(key) && !key.startsWith("X-"));
  if (unknown !== undefined) return `has ${unknown}=, which a container cannot have`;
  const unit = merged(units.map(({ Unit = {} }) => Unit));
  for (const key of NEEDS) {
    const others = (unit.get(key) ?? []).flatMap((value) => value.split(/\s+/));
    const other = others.find((each) => each !== "" && each !== name && !BASICS.test(each));
    if (other !== undefined) return `has ${key}=${other}, and a container cannot bring other units up`;
  }
  return undefined;
}

class SpecifierError extends Error {}

/** Values of systemd's specifiers in the system manager. */
const PLACES: Readonly<Record<string, string>> = {
  ...{ t: "/run", S: "/var/lib", C: "/var/cache", L: "/var/log", E: "/etc", T: "/tmp", V: "/var/tmp" },
  ...{ h: "/root", u: "root", U: "0", g: "root", G: "0", i: "", I: "", "%": "%%" },
};

/** Replaces specifiers, which would mean something else in the container's unit. "%%" stays. */
function withoutSpecifiers(value: string, unit: string): string {
  const plain = unit.replace(/\.service$/, "");
  const own: Readonly<Record<string, string>> = { ...PLACES, n: unit, N: plain, p: plain };
  return value.replace(/%(.?)/g, (whole, letter: string) => {
    const meaning = own[letter];
    if (meaning === undefined) throw new SpecifierError(`has the specifier ${whole}, which a container cannot have`);
    return meaning;
  });
}

/** Returns the value of the last assignment, which is the one that counts; undefined without any. */
export function lastOf({ settings }: PackageServiceUnit, key: string): string | undefined {
  return settings.get(key)?.at(-1);
}

/** True when the directive has a value that systemd takes for true. */
export function isOn(service: PackageServiceUnit, key: string): boolean {
  return /^(1|yes|y|true|t|on)$/i.test(lastOf(service, key) ?? "");
}
