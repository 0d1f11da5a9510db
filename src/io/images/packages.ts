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

/** Returns the installed packages of these references, with their units; undefined without references. */
export function readPackages(references: readonly DebReference[]): Packages | undefined {
  if (references.length === 0) return undefined;
  // This file is read first, because deb-pull removes it last.
  const before = packagesBeforeInstallation();
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
      before?.has(`package ${found.package}`) === false ||
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

/** An installed package in the status file of dpkg. */
export interface Entry extends Pick<InstalledDeb, "package" | "version" | "architecture" | "size"> {
  /** The packages in its field Depends, installed or not. */
  readonly needs: readonly string[];
}

/**
 * Returns the packages from before an unfinished installation; undefined when none is unfinished. New packages must not be used
 * yet.
 */
function packagesBeforeInstallation(): ReadonlySet<string> | undefined {
  const text = readOptional(`${DEBS}/.before`);
  return text === undefined ? undefined : new Set(text.split("\n"));
}

/** Returns those of these packages that are completely installed. */
export function readStatus(names: ReadonlySet<string>): readonly Entry[] {
  return (readOptional(STATUS) ?? "").split("\n\n").flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1] ?? "";
    if (!names.has(field("Package")) || !/ ok installed$/.test(field("Status"))) return [];
    const size = Number(field("Installed-Size") || 0) * 1024;
    const needs = [...field("Depends").matchAll(/(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)/g)].map(([, name = ""]) => name);
    return [{ package: field("Package"), version: field("Version"), architecture: field("Architecture"), size, needs }];
  });
}

/** Returns the record that deb-pull has written for a key. */
function readRef(key: string) {
  const record = readPullRequest(join(IMAGES, "refs", key));
  const from = seconds(record?.get("pulled"));
  const to = seconds(record?.get("ended"));
  const version = record?.get("version");
  const pulled = from === undefined || to === undefined ? {} : { pulled: { from, to } };
  return {
    package: record?.get("package"),
    version,
    times: (present: string) => ({
      checkedAt: seconds(record?.get("checked")) ?? 0,
      // Another version was not installed by this pull.
      ...(present === version && pulled),
    }),
  };
}

function filesOf(entry: Entry): Pick<InstalledDeb, "services" | "directories"> {
  const own = listOf(entry.package, entry.architecture);
  const services = servicesOf(pathsOf(own));
  if (services.length > 0) return { services, directories: ownDirectories([own]) };
  // Some packages have their unit in a dependency: that of nginx is in nginx-common.
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
    // A link is an alias of another unit.
    return name !== undefined && ignoreMissing(() => lstatSync(path))?.isFile() ? [{ name, path }] : [];
  });
  return units
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, path }) => {
      const own = readOwn(`/etc/systemd/system/${name}`) ?? readOptional(path) ?? "";
      return { name, texts: [own, ...dropIns(name)] };
    });
}

/** Returns the administrator's file for a unit; undefined when there is none, or when the unit is masked. */
function readOwn(path: string): string | undefined {
  return ignoreMissing(() => lstatSync(path))?.isFile() ? readOptional(path) : undefined;
}

const DROP_INS = ["/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system"];

/** Returns the drop-ins in the order of their names. A later directory replaces files of the same name. */
function dropIns(unit: string): readonly string[] {
  const files = new Map<string, string>();
  for (const directory of DROP_INS.map((path) => `${path}/${unit}.d`))
    for (const file of list(directory)) if (file.endsWith(".conf")) files.set(file, join(directory, file));
  return [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => readOptional(path) ?? "");
}

/** The directories in which daemons store data, one level below those that all packages share. */
const DATA = /^\/var\/(?:lib|cache|log|spool|opt|www)\/[^/]+$/;

/** Returns the data directories that belong only to the packages with these file lists. */
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
