import type { Container, Pod } from "../model/api/pod.ts";
import { debFile } from "../model/paths.ts";
import type { DesiredFile } from "../model/step.ts";
import type { Storage } from "../model/storage.ts";
import type { DesiredContainer } from "../model/translation.ts";
import type { ContainerKind } from "../model/unit.ts";
import { containerUnitName } from "../unitfile/names.ts";
import { UnquotableError } from "../unitfile/quote.ts";
import { annotationOptions } from "./annotations/options.ts";
import { translateContainer } from "./container.ts";
import { containerPath } from "./container-path.ts";
import type { TranslateContext } from "./context.ts";
import { packageLaunch } from "./deb/launch.ts";
import { type ContainerImage, packageRequestText, resolveContainerImage } from "./deb/resolve.ts";
import { hostLaunch, type Launch } from "./host/launch.ts";
import { recordsPullRequest } from "./images/image.ts";
import { containerOrder } from "./lifecycle/container-order.ts";
import { probesFiles } from "./lifecycle/probes.ts";
import { imageLaunch } from "./oci/launch.ts";
import { qosClass } from "./resources/resources.ts";
import { type ImageVolumes, imageVolumeWait } from "./volumes/image-volumes.ts";
import type { Volumes } from "./volumes/volumes.ts";

export interface DesiredContainerInput {
  readonly container: DesiredContainer;
  readonly files: readonly DesiredFile[];
  readonly storage: readonly Storage[];
}

/** One container's unit with the files that it needs; or why it waits. */
export function desiredContainer(
  pod: Pod,
  container: Container,
  kind: ContainerKind,
  context: TranslateContext,
  volumes: Volumes & Pick<ImageVolumes, "waits">,
): DesiredContainerInput {
  const { namespace, name } = pod.metadata;
  const base = { name: container.name, kind, unitName: containerUnitName(namespace, name, container.name) };
  const waits = (reason: string, message: string) => only({ ...base, waiting: { reason, message } });
  const image = resolveContainerImage(pod, container, context);
  const wait = imageVolumeWait(container, volumes.waits);
  if (image.kind === "absent")
    return { ...only({ ...base, ...image.waits, ...wait }), files: recordsPullRequest(container, context) };
  if (wait !== undefined) return only({ ...base, ...wait });
  const volume = volumeProblem(container, volumes);
  if (volume !== undefined) return waits("ContainerCreating", volume);
  try {
    const launch = launchOf(pod, container, image, context, volumes);
    if (!launch.ok)
      return {
        ...waits(launch.reason, launch.message),
        files: packageFiles(container, image),
        storage: launch.storage ?? [],
      };
    const unit = translateContainer({
      pod,
      container: launch.lifecycle === undefined ? container : { ...container, lifecycle: launch.lifecycle },
      kind,
      ...containerOrder(pod, container),
      ...launch,
      qos: qosClass(pod),
      host: context.host,
      libDir: context.libDir,
    });
    const files = [
      ...(launch.file ? [launch.file] : []),
      ...probesFiles(pod, container, context.host),
      ...packageFiles(container, image),
    ];
    const ran = ranOn(image);
    return { container: { ...base, unit, ...reloadOf(pod, container), ...ran }, files, storage: launch.storage };
  } catch (error) {
    if (!(error instanceof UnquotableError)) throw error;
    return waits("CreateContainerConfigError", `${containerPath(pod, container)} ${error.message}`);
  }
}

function only(container: DesiredContainer): DesiredContainerInput {
  return { container, files: [], storage: [] };
}

function launchOf(
  pod: Pod,
  container: Container,
  image: Exclude<ContainerImage, { kind: "absent" }>,
  context: TranslateContext,
  { places }: Volumes,
): Launch {
  if (image.kind === "stored") return imageLaunch(pod, container, image.stored, context, places);
  if (image.kind === "package") {
    const onHost = { ...image.onHost, wished: annotationOptions(pod, container).service };
    return packageLaunch(pod, container, onHost, context, places);
  }
  return hostLaunch(pod, container, context, places);
}

/** Says which package it uses, also while it cannot start. */
function packageFiles({ name }: Container, image: ContainerImage): readonly DesiredFile[] {
  return image.kind === "package" ? [{ name: debFile(name), text: packageRequestText(image.onHost.deb), uid: 0 }] : [];
}

function ranOn(image: ContainerImage): Pick<DesiredContainer, "image"> {
  if (image.kind === "stored") return { image: { id: image.id, stored: image.stored } };
  if (image.kind === "package") return { image: { id: image.id, stored: { ...image.onHost.deb, digest: image.id } } };
  return {};
}

function reloadOf(pod: Pod, container: Container): Pick<DesiredContainer, "reload"> {
  const { reload: signal } = annotationOptions(pod, container);
  const volumes = (container.volumeMounts ?? []).map(({ name }) => name);
  return signal === undefined ? {} : { reload: { signal, volumes } };
}

function volumeProblem(container: Container, { missing }: Volumes): string | undefined {
  const volume = container.volumeMounts?.find((mount) => missing.has(mount.name))?.name;
  return volume && `MountVolume.SetUp failed for volume "${volume}" : ${missing.get(volume)}`;
}
