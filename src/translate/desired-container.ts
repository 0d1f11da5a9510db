import { debFile } from "../model/paths.ts";
import type { DesiredFile } from "../model/step.ts";
import type { DesiredContainer } from "../model/translation.ts";
import { UnquotableError } from "../unitfile/quote.ts";
import { translateContainer } from "./container.ts";
import type { ContainerContext } from "./context.ts";
import type { PresentImage } from "./images/candidate.ts";
import { packageRequestText } from "./images/package.ts";
import { recordsPullRequest } from "./images/pull-request.ts";
import { type ResolvedImage, resolveImage } from "./images/resolve.ts";
import type { Launch, LaunchFailure } from "./launch.ts";
import { launchContainer } from "./launch-container.ts";
import { hookCommandFiles } from "./lifecycle/lifecycle.ts";
import { probesFiles } from "./lifecycle/probes.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { imageVolumeWait } from "./volumes/image-volumes.ts";
import type { PodVolumes } from "./volumes/mount-source.ts";

/** The part of one container in its pod's translation. */
export interface ContainerTranslation {
  readonly container: DesiredContainer;
  readonly files: readonly DesiredFile[];
}

/** Returns one container's unit with the files that it needs; or why the container waits. */
export function desiredContainer(resolved: ResolvedContainer, context: ContainerContext): ContainerTranslation {
  const { pod, container, reference } = resolved;
  const image = resolveImage(pod, { ...container, reference }, context);
  const wait = imageVolumeWait(container, context.volumes.waits);
  if (image.kind === "absent")
    return waiting(resolved, { ...image.waits, ...wait }, recordsPullRequest(container, context));
  if (wait !== undefined) return waiting(resolved, wait);
  const problem = volumeProblem(resolved, context.volumes);
  if (problem !== undefined) return waitingFor(resolved, "ContainerCreating", problem);
  try {
    const launch = launchContainer(resolved, image, context);
    return launch.ok ? started(resolved, image, launch, context) : failed(resolved, image, launch);
  } catch (error) {
    if (!(error instanceof UnquotableError)) throw error;
    return waitingFor(resolved, "CreateContainerConfigError", `${resolved.path} ${error.message}`);
  }
}

type Image = Exclude<ResolvedImage, { kind: "absent" }>;

function started(
  resolved: ResolvedContainer,
  image: Image,
  launch: Launch,
  context: ContainerContext,
): ContainerTranslation {
  const unit = translateContainer(resolved, launch, context);
  const ran = image.kind === "host" ? {} : { image: { id: image.id, stored: storedImage(image) } };
  return {
    container: { ...baseOf(resolved), unit, ...reloadOf(resolved), ...ran },
    files: [
      ...(launch.file ? [launch.file] : []),
      ...(launch.enter ? [launch.enter] : []),
      ...(launch.subPaths.file ? [launch.subPaths.file] : []),
      ...hookCommandFiles(resolved.container.name, launch.lifecycle ?? resolved.container.lifecycle),
      ...probesFiles(resolved),
      ...packageFiles(resolved, image),
    ],
  };
}

function failed(resolved: ResolvedContainer, image: Image, launch: LaunchFailure): ContainerTranslation {
  const { reason, message } = launch;
  return { ...waitingFor(resolved, reason, message), files: packageFiles(resolved, image) };
}

/** Returns the translation of a container that waits for this reason: it has no unit and no files. */
export function waitingFor(resolved: ResolvedContainer, reason: string, message: string): ContainerTranslation {
  return waiting(resolved, { waiting: { reason, message } });
}

/**
 * Returns the translation of a container that waits until its pod has an address, on which its variables, /etc/hosts and
 * probes depend. Its image is pulled meanwhile.
 */
export function afterNetwork(resolved: ResolvedContainer, translation: ContainerTranslation): ContainerTranslation {
  const { isHost, addresses } = resolved.network;
  const hasNetwork = isHost || addresses.length > 0;
  return hasNetwork || translation.container.unit === undefined ? translation : waiting(resolved, {});
}

function waiting(
  resolved: ResolvedContainer,
  waits: Pick<DesiredContainer, "waiting" | "pull" | "awaits">,
  files: readonly DesiredFile[] = [],
): ContainerTranslation {
  return { container: { ...baseOf(resolved), ...waits }, files };
}

function baseOf({
  container,
  kind,
  unitName,
  namesHost,
}: ResolvedContainer): Pick<DesiredContainer, "name" | "kind" | "unitName" | "namesHost"> {
  return { name: container.name, kind, unitName, namesHost };
}

/** Names the package that the container uses, also while the container cannot start. */
function packageFiles({ container: { name } }: ResolvedContainer, image: Image): readonly DesiredFile[] {
  return image.kind === "package" ? [{ name: debFile(name), text: packageRequestText(image.onHost.deb), uid: 0 }] : [];
}

function storedImage(image: PresentImage): NonNullable<DesiredContainer["image"]>["stored"] {
  return image.kind === "stored" ? image.stored : { ...image.onHost.deb, digest: image.id };
}

function reloadOf({ container, options: { reload: signal } }: ResolvedContainer): Pick<DesiredContainer, "reload"> {
  const volumes = (container.volumeMounts ?? []).map(({ name }) => name);
  return signal === undefined ? {} : { reload: { signal, volumes } };
}

function volumeProblem({ container }: ResolvedContainer, { missing }: PodVolumes): string | undefined {
  const volume = container.volumeMounts?.find((mount) => missing.has(mount.name))?.name;
  return volume && `MountVolume.SetUp failed for volume "${volume}" : ${missing.get(volume)}`;
}
