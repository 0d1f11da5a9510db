import type { Confinement } from "../../model/confinement.ts";
import type { StoredImage } from "../../model/image/image.ts";
import { bundleConfig, DEFAULT_PATH } from "../../model/paths.ts";
import type { SeccompProfile } from "../../model/seccomp-profile.ts";
import type { ContainerContext } from "../context.ts";
import { containerEnvironment } from "../env/environment.ts";
import { expandAll } from "../env/expand.ts";
import type { Launch, LaunchFailure } from "../launch.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { nameFileConditions } from "../security/confinement.ts";
import { type ContainerMounts, containerMounts } from "../volumes/mounts.ts";
import { isBundleOf, ociBundle } from "./bundle.ts";
import { imageConfinement } from "./confinement.ts";
import { sandboxLines } from "./sandbox.ts";
import { ociSeccomp, seccompProfile } from "./seccomp.ts";
import { sharedMounts } from "./shared-mounts.ts";
import { imageInput } from "./standard-input.ts";
import { type ImageStart, imageConditions, imageFileLines, imageStartLines } from "./start.ts";
import { imageUser } from "./user.ts";

/**
 * Returns the launch of a program on the files of an image. Throws UnquotableError for what no program can be given.
 */
export function imageLaunch(
  resolved: ResolvedContainer,
  image: StoredImage,
  context: ContainerContext,
): Launch | LaunchFailure {
  const failed = (reason: string, message: string) => ({ ok: false, reason, message }) as const;
  const { container, specHash } = resolved;
  const user = imageUser(resolved, image);
  if (!user.ok) return user;
  const name = bundleConfig(container.name);
  const environment = containerEnvironment(resolved, context);
  if (!environment.ok && !isBundleOf(context.directory?.files.get(name) ?? "", specHash))
    return failed("CreateContainerConfigError", environment.message);
  const declared = environment.ok ? environment.declared : undefined;
  // config.json is UTF-8. The kubelet cannot hand such a value to any runtime.
  const notUTF8 = [...(declared ?? [])].find(([, value]) => !value.isWellFormed());
  if (notUTF8 !== undefined)
    return failed(
      "CreateContainerConfigError",
      `variable ${notUTF8[0]} is not UTF-8, as a variable of a container on an image must be: mount it as a file`,
    );
  const argv = imageCommand(resolved, image, declared ?? new Map());
  const [program] = imageCommand(resolved, image, new Map());
  if (program === undefined) {
    const message = `the image "${container.image}" names no program, nor does the pod: name it in command`;
    return failed("CreateContainerError", `no command specified: ${message}`);
  }
  const mounts = containerMounts(resolved, context.volumes.sources, declared);
  if (!mounts.ok) return failed("CreateContainerConfigError", mounts.because);
  const confinement = imageConfinement(resolved, { image, user: user.user, mounts: mounts.mounts }, context);
  const filter = seccompProfile(confinement.seccomp, context);
  if (!filter.ok) return failed("CreateContainerError", filter.message);
  const launch = { ok: true, program, ...startOf(resolved, { image, confinement, mounts }, context) } as const;
  if (declared === undefined) return launch;
  const bundle = { image, confinement, argv, home: user.home, declared, profile: filter.profile };
  return { ...launch, file: { name, text: bundleText(resolved, bundle, context), uid: 0 } };
}

interface ImageProgram {
  readonly image: StoredImage;
  readonly confinement: Confinement;
  readonly mounts: ContainerMounts;
}

function startOf(
  resolved: ResolvedContainer,
  { image, confinement, mounts }: ImageProgram,
  { config, libDir }: ContainerContext,
): Omit<Launch, "ok" | "program"> {
  const { pod, container, target } = resolved;
  const { stopSignal, volumes } = image.config;
  const { pid } = confinement.namespaces;
  const start: ImageStart = {
    tree: image.tree,
    volumes,
    readOnlyRoot: confinement.root.readOnly,
    privileged: confinement.privileged,
    singleProcessOOMKill: config.singleProcessOOMKill,
    pid,
    target: pid === "target" ? target : undefined,
    sandbox: sandboxLines(pod, config),
    input: imageInput(container),
    shared: sharedMounts(confinement.mounts).map(({ source }) => source),
  };
  const { lines, ...rest } = imageStartLines(resolved, start, libDir);
  const conditions = [...imageConditions(pod.metadata.uid, container.name, start), ...mounts.conditions];
  return {
    ...rest,
    lines: {
      ...lines,
      ...{ defaults: [], overrides: [], files: imageFileLines(start) },
      unit: [...conditions, ...nameFileConditions(pod, confinement)],
    },
    hasInputPipe: container.stdin === true && start.input !== "terminal",
    stopSignal,
    paths: mounts.paths,
    subPaths: mounts.subPaths,
  };
}

interface Bundle {
  readonly image: StoredImage;
  readonly confinement: Confinement;
  readonly argv: readonly string[];
  readonly home: string;
  readonly declared: ReadonlyMap<string, string>;
  readonly profile: SeccompProfile | undefined;
}

function bundleText(
  { pod, container, specHash }: ResolvedContainer,
  { image, confinement, argv, home, declared, profile }: Bundle,
  { host }: ContainerContext,
): string {
  const seccomp = profile && ociSeccomp(profile, { ...host, capabilities: confinement.capabilities });
  const terminal = imageInput(container) === "terminal";
  const variables = new Map([
    ["PATH", DEFAULT_PATH],
    ["HOSTNAME", confinement.hostname ?? host.hostname],
    ["HOME", home],
    ...(terminal ? ([["TERM", "xterm"]] as const) : []),
    ...image.config.environment.map(assignment),
    ...declared,
  ]);
  const process = { uid: pod.metadata.uid, container: container.name, argv, terminal, variables, seccomp };
  return ociBundle(confinement, process, specHash);
}

/** Returns argv: the pod's command replaces ENTRYPOINT and CMD, and its args replace CMD. */
function imageCommand(
  { container: { command, args } }: ResolvedContainer,
  { config }: StoredImage,
  declared: ReadonlyMap<string, string>,
): readonly string[] {
  const own = (words: readonly string[]) => expandAll(words, (name) => declared.get(name));
  if (command?.length) return [...own(command), ...own(args ?? [])];
  return [...config.entrypoint, ...(args?.length ? own(args) : config.command)];
}

function assignment(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
