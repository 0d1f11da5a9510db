import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { loadSchema } from "../io/bundles/loaders.ts";
import { exists } from "../io/files.ts";
import type { ManifestFile } from "../io/schema/manifest-file.ts";
import type { Manifests } from "../io/schema/manifest-files.ts";
import { writeTar } from "../io/tar-file.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { parseImage } from "../model/image/image-reference.ts";
import { requireRoot } from "./agent.ts";
import { CliError, writeFailure } from "./failure.ts";
import { ociReference } from "./images/commanded-pull.ts";
import { writeNamed } from "./images/export.ts";
import { manifestFiles } from "./manifest-arguments.ts";
import { type Progress, type Result, withProgress } from "./progress.ts";
import { outputMode, PROGRESS_OPTIONS } from "./progress-options.ts";
import { checkRelease } from "./release-checksum.ts";

const BUNDLE_USAGE = `usage: unitlet bundle --release FILE [--sha256 HEX] [-f FILE…] [--image REF…] OUTPUT

Packs the agent, manifests and images into one tar file for a host without any network. There, after tar -xf OUTPUT:
./unitlet-bundle/install.sh --bundle OUTPUT installs the agent, imports the images and runs the pods.

  --release FILE       the .tar.gz of a release of unitlet, for the other host's architecture. SHA256SUMS beside it has its checksum
  --sha256 HEX         the checksum of the release, if there is no SHA256SUMS
  -f, --filename FILE  a manifest or a directory of manifests; may be given several times
  --image REF          an image of this host; may be given several times. The images that the manifests name are packed as well
  -q, --quiet          print errors alone
  --json               print progress and result as JSON, one object a line

examples:
  unitlet images pull docker.io/library/nginx:1.25
  unitlet bundle --release unitlet-0.1.0-linux-x64.tar.gz -f web.yaml edge.tar

exit status 0: done; 1: it could not be made, and nothing was written; 64: wrong usage
`;

const OPTIONS = {
  release: { type: "string" },
  sha256: { type: "string" },
  filename: { type: "string", short: "f", multiple: true },
  image: { type: "string", multiple: true },
  ...PROGRESS_OPTIONS,
} as const;

/** `unitlet bundle`: writes a tar file that installs unitlet with pods and their images. Throws CliError. */
export async function bundle(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return BUNDLE_USAGE;
  const { values, positionals } = parsed(args);
  const { release, sha256, filename = [], image = [] } = values;
  const [output, ...more] = positionals;
  if (release === undefined) throw usage("--release is missing: name the .tar.gz of a release of unitlet");
  if (output === undefined || more.length > 0) throw usage("name one file for the bundle");
  const request = { release, output, filename, image, ...(sha256 !== undefined && { sha256 }) };
  return await withProgress("bundle", outputMode(values), (progress) => writeBundle(request, progress));
}

interface BundleRequest {
  readonly release: string;
  readonly sha256?: string;
  readonly output: string;
  readonly filename: readonly string[];
  readonly image: readonly string[];
}

async function writeBundle(request: BundleRequest, progress: Progress): Promise<Result> {
  const { release, sha256, output, filename, image } = request;
  requireRoot("bundle");
  progress.state("release", `Checking ${release}`);
  checkRelease(release, sha256);
  // Standard input can be read once.
  const manifests = manifestFiles(filename).map(({ name, read }): ManifestFile => {
    const content = read();
    return { name, read: () => content };
  });
  const names = [...new Set([...image.map((each) => ociReference(each).name), ...(await imagesOf(manifests))])];
  // The directory of the output may belong to another user, and that user could exchange what is in it.
  const stage = mkdtempSync("/var/tmp/unitlet-bundle-");
  try {
    const top = join(stage, "unitlet-bundle");
    progress.state("release", `Unpacking ${release}`);
    unpackRelease(release, top);
    writeManifests(manifests, join(top, "bundle/manifests"));
    mkdirSync(join(top, "bundle/images"), { recursive: true });
    if (names.length > 0) await writeNamed(names, join(top, "bundle/images/bundle.tar"), progress);
    await pack(output, stage, progress);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  const text = `wrote ${output}: ${manifests.length} manifests, ${names.length} images\n`;
  return { text, details: { file: output, manifests: manifests.length, images: names } };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function usage(problem: string): CliError {
  return new CliError(`unitlet bundle: ${problem}\n\n${BUNDLE_USAGE}`, EX_USAGE);
}

/** Returns the images of registries that the manifests name. Throws CliError for a mistake in a manifest. */
async function imagesOf(files: readonly ManifestFile[]): Promise<readonly string[]> {
  const { parseManifests } = await loadSchema();
  const manifests = parseManifests(files, "");
  if (manifests.problems.length > 0) throw new CliError(manifests.problems.join("\n"));
  return imageNames(manifests);
}

/** Returns the canonical names of the images of registries that pods and their templates name. */
export function imageNames({
  pods,
  workloads,
  cronJobs,
}: Pick<Manifests, "pods" | "workloads" | "cronJobs">): readonly string[] {
  return namesIn([pods, workloads, cronJobs]).flatMap((name) => {
    const reference = parseImage(name);
    return reference.kind === "oci" ? [reference.name] : [];
  });
}

/** Returns all values of fields `image`, and of `reference` in image volumes. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => {
    if (field === "image" && typeof inner === "string") return [inner];
    if (field === "image" && typeof inner?.reference === "string") return [inner.reference];
    return namesIn(inner);
  });
}

/** The manifests in it may have Secrets, so only root can read the file. */
async function pack(output: string, stage: string, progress: Progress): Promise<void> {
  try {
    await writeTar(output, ["--owner=0", "--group=0", "--directory", stage, "unitlet-bundle"], (bytes) =>
      progress.state("packing", `${output}: ${Math.ceil(bytes / 1e6)} MB written`, { bytes }),
    );
  } catch (error) {
    throw writeFailure(output, error);
  }
}

function unpackRelease(release: string, top: string): void {
  mkdirSync(top);
  tar("--extract", "--gzip", "--file", release, "-C", top, "--strip-components=1", "--no-same-owner");
  for (const file of ["install.sh", "dist/run.cjs", "dist/node"])
    if (!exists(join(top, file)))
      throw new CliError(`${release} is no release of unitlet: it has no ${file}. Name its .tar.gz`);
  // A link in its place would lead the manifests elsewhere.
  if (exists(join(top, "bundle"))) throw new CliError(`${release} is no release of unitlet: it has a file "bundle"`);
}

function writeManifests(files: readonly ManifestFile[], directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const { name, read } of files) {
    const content = read();
    if (content.includes("unitlet.dev/sealed-key"))
      throw new CliError(`${name}: its Secret is sealed for this host, and no other host can open it: pack its source`);
    const target = join(directory, packedName(name));
    if (exists(target)) throw new CliError(`${name}: another manifest has the file name ${packedName(name)}`);
    writeFileSync(target, content, { mode: 0o600 });
  }
}

/** Returns the name of a manifest in the bundle. The directory of manifests ignores other names. */
export function packedName(name: string): string {
  if (name === "<stdin>") return "bundle.yaml";
  const visible = basename(name).replace(/^\.+/, "");
  return /\.(ya?ml|json)$/.test(visible) ? visible : `${visible}.yaml`;
}

function tar(...words: readonly string[]): void {
  try {
    execFileSync("tar", words, { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const { stderr } = error as { readonly stderr?: Buffer };
    throw new CliError(`tar: ${stderr?.toString().trim().split("\n")[0] ?? (error as Error).message}`);
  }
}
