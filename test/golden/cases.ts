import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSettings } from "../../src/config/settings.ts";
import { toConfig } from "../../src/config/to-config.ts";
import { readManifests } from "../../src/io/schema/manifest-files.ts";
import type { Pod } from "../../src/model/api/pod.ts";
import type { Config } from "../../src/model/host/config.ts";
import type { FetchResult, Reference, ResolvedReferences } from "../../src/model/references.ts";
import type { Translation } from "../../src/model/translation.ts";
import { translateAll } from "../../src/translate/all.ts";
import { allDependencies } from "../../src/translate/references.ts";
import { HOST, NOW } from "../translate/base.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
export const LIB_DIR = "/usr/local/lib/unitlet";

export const CASES: readonly string[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

export function expectedFile(of: string): string {
  return `${FOLDER}${of}/units.txt`;
}

/** The case's pods on a host that has no directory below /no/such, with whatever they ask of the API server. */
export function translateCase(of: string): readonly Translation[] {
  const pods = podsOf(of);
  const world = {
    now: NOW,
    config: configOf(of),
    host: HOST,
    pods: { complete: true, items: pods },
    units: new Map(),
    directories: new Map(),
    references: referencesOf(pods),
    agent: { watch: undefined, path: undefined, inactive: [] },
    absentDirectories: new Set(["/no/such/directory"]),
    hostFiles: new Map(),
  } as const;
  return translateAll(world, LIB_DIR);
}

/** The case's pods, as a standalone host reads them. */
export function podsOf(of: string): readonly Pod[] {
  const { pods, problems } = readManifests([`${FOLDER}${of}/pod.yaml`], "edge");
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return pods;
}

export function configOf(of: string): Config {
  const path = `${FOLDER}${of}/unitlet.conf`;
  const files = existsSync(path) ? [{ path, text: readFileSync(path, "utf8") }] : [];
  return toConfig(parseSettings(files), "edge", undefined);
}

function referencesOf(pods: readonly Pod[]): ResolvedReferences {
  return new Map(allDependencies(pods, new Map()).map(({ key, reference }) => [key, answer(reference)]));
}

function answer(reference: Reference): FetchResult {
  const found = (value: unknown) => ({ ok: true, value, at: NOW }) as const;
  switch (reference.kind) {
    case "token": {
      const { serviceAccount, audience = "the API server", expirationSeconds } = reference;
      return found(`token for ${serviceAccount}, ${audience}, ${expirationSeconds} s`);
    }
    case "configmap":
      return found({ data: { "ca.crt": `ca.crt of ${reference.namespace}/${reference.name}` } });
    case "services":
      return found([]);
    default:
      return { ok: false, missing: true, because: `${reference.kind} "${reference.name}" not found`, at: NOW };
  }
}
