import { lstatSync } from "node:fs";
import { join } from "node:path";
import { DEBS, type InstalledDeb, type PackageService, type Packages } from "../../model/image/deb.ts";
import type { DebReference } from "../../model/image/deb-reference.ts";
import { IMAGES } from "../../model/image/image.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import { exists, ignoreMissing, list, readOptional } from "../files.ts";
import { hasApt } from "./image-tools.ts";
import { readPullRequest, seconds } from "./images.ts";

const STATUS = "/var/lib/dpkg/status";
const INFO = "/var/lib/dpkg/info";

/** What dpkg has of these packages, and their units as they are now; undefined when there are none to look for. */
export function readPackages(references: readonly DebReference[]): Packages | undefined {
  if (references.length === 0) return undefined;
  // First of all: deb-pull removes that file last.
  const begun = cutOff();
  const wanted = references.map((reference) => ({ reference, ref: readRef(imageKey(reference)) }));
  const status = readStatus(
    new Set(wanted.flatMap(({ reference, ref }) => ("url" in reference ? (ref.package ?? []) : reference.package))),
  );
  const installed = wanted.flatMap(({ reference, ref }) => {
    const name = "url" in reference ? ref.package : reference.package;
    const version = "url" in reference ? ref.version : reference.version;
    const found = name === undefined ? undefined : status.find((each) => each.package === name);
    if (
      found === undefined ||
      begun?.has(`package ${found.package}`) === false ||
      (version ?? found.version) !== found.version
    )
      return [];
    const { needs: _, ...entry } = found;
    const deb: InstalledDeb = { ...entry, ...ref.times(found.version), ...filesOf(found) };
    return [[imageKey(reference), deb] as const];
  });
  return {
    supported: hasApt(),
    installed: new Map(installed),
    passwd: readOptional("/etc/passwd") ?? "",
    group: readOptional("/etc/group") ?? "",
  };
}

export interface Entry extends Pick<InstalledDeb, "package" | "version" | "architecture" | "size"> {
  /** Packages that it depends on, whether they are there or not. */
  readonly needs: readonly string[];
}

/** What was here before an installation that is not done; undefined: there is none. What it brings is not to be used yet. */
function cutOff(): ReadonlySet<string> | undefined {
  const text = readOptional(`${DEBS}/.before`);
  return text === undefined ? undefined : new Set(text.split("\n"));
}

/** Of these packages, those that are installed as a whole. */
export function readStatus(names: ReadonlySet<string>): readonly Entry[] {
  return (readOptional(STATUS) ?? "").split("\n\n").flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1] ?? "";
    if (!names.has(field("Package")) || !/ ok installed$/.test(field("Status"))) return [];
    const size = Number(field("Installed-Size") || 0) * 1024;
    const needs = [...field("Depends").matchAll(/(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)/g)].map(([, name = ""]) => name);
    return [{ package: field("Package"), version: field("Version"), architecture: field("Architecture"), size, needs }];
  });
}

/** What deb-pull noted under that key. */
function readRef(key: string) {
  const note = readPullRequest(join(IMAGES, "refs", key));
  const from = seconds(note?.get("pulled"));
  const to = seconds(note?.get("ended"));
  const version = note?.get("version");
  const pulled = from === undefined || to === undefined ? {} : { pulled: { from, to } };
  return {
    package: note?.get("package"),
    version,
    times: (present: string) => ({
      checkedAt: seconds(note?.get("checked")) ?? 0,
      // What came in its place since is another one's doing.
      ...(present === version && pulled),
    }),
  };
}

function filesOf(entry: Entry): Pick<InstalledDeb, "services" | "directories"> {
  const own = listOf(entry.package, entry.architecture);
  const services = servicesOf(pathsOf(own));
  if (services.length > 0) return { services, directories: ownDirectories([own]) };
  // As nginx has it, whose unit is in nginx-common.
  for (const other of entry.needs.map((name) => listOf(name, entry.architecture))) {
    const named = servicesOf(pathsOf(other)).filter(({ name }) => name === `${entry.package}.service`);
    if (named.length > 0) return { services: named, directories: ownDirectories([own, other]) };
  }
  return { services, directories: ownDirectories([own]) };
}

function listOf(name: string, architecture: string): string {
  return [`${name}.list`, `${name}:${architecture}.list`].find((file) => exists(join(INFO, file))) ?? "";
}

function pathsOf(list: string): readonly string[] {
  return (readOptional(join(INFO, list)) ?? "").split("\n");
}

const UNIT = /^(?:\/usr)?\/lib\/systemd\/system\/([^/@]+\.service)$/;

function servicesOf(paths: readonly string[]): readonly PackageService[] {
  const units = paths.flatMap((path) => {
    const name = UNIT.exec(path)?.[1];
    // A link is another name of another unit.
    return name !== undefined && ignoreMissing(() => lstatSync(path))?.isFile() ? [{ name, path }] : [];
  });
  return units
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, path }) => {
      const own = readOwn(`/etc/systemd/system/${name}`) ?? readOptional(path) ?? "";
      return { name, texts: [own, ...dropIns(name)] };
    });
}

/** An administrator's file in its place; a mask is none. */
function readOwn(path: string): string | undefined {
  return ignoreMissing(() => lstatSync(path))?.isFile() ? readOptional(path) : undefined;
}

const DROP_INS = ["/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system"];

/** In the order of their names; of two with one name that of the later directory counts. */
function dropIns(unit: string): readonly string[] {
  const files = new Map<string, string>();
  for (const directory of DROP_INS.map((path) => `${path}/${unit}.d`))
    for (const file of list(directory)) if (file.endsWith(".conf")) files.set(file, join(directory, file));
  return [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => readOptional(path) ?? "");
}

/** One below those that all packages share, and no other package's: what a daemon keeps its data in. */
const DATA = /^\/var\/(?:lib|cache|log|spool|opt|www)\/[^/]+$/;

/** Of the packages whose lists these are. */
function ownDirectories(own: readonly string[]): readonly string[] {
  const candidates = own
    .flatMap(pathsOf)
    .filter((path) => DATA.test(path) && ignoreMissing(() => lstatSync(path))?.isDirectory());
  if (candidates.length === 0) return [];
  const others = new Set(
    list(INFO).flatMap((file) => (file.endsWith(".list") && !own.includes(file) ? pathsOf(file) : [])),
  );
  return candidates.filter((path) => !others.has(path)).toSorted();
}
