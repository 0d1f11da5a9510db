import { environmentFile } from "../model/paths.ts";
import type { Container, Pod } from "../model/pod.ts";
import type { DesiredFile } from "../model/step.ts";
import type { DesiredContainer } from "../model/translation.ts";
import type { ContainerKind } from "../model/unit.ts";
import { containerUnitName } from "../unitfile/names.ts";
import { UnquotableError } from "../unitfile/quote.ts";
import { containerCommand } from "./command.ts";
import { containerConfinement } from "./confinement.ts";
import { translateContainer } from "./container.ts";
import { containerOrder } from "./container-order.ts";
import { containerPath } from "./container-path.ts";
import type { TranslateContext } from "./context.ts";
import { containerEnvironment } from "./environment.ts";
import { hostPathProblem } from "./host-paths.ts";
import { imageProblem } from "./image.ts";
import { qosClass } from "./resources.ts";
import { userOf } from "./security.ts";
import type { Volumes } from "./volumes.ts";

/** One container's unit with the files that it needs; or why it waits. */
export function desiredContainer(
  pod: Pod,
  container: Container,
  kind: ContainerKind,
  context: TranslateContext,
  volumes: Volumes,
): { readonly container: DesiredContainer; readonly files: readonly DesiredFile[] } {
  const { namespace, name } = pod.metadata;
  const path = containerPath(pod, container);
  const base = { name: container.name, kind, unitName: containerUnitName(namespace, name, container.name) };
  const waits = (reason: string, message: string) => ({
    container: { ...base, waiting: { reason, message } },
    files: [],
  });
  const image = imageProblem(container, context.config);
  if (image !== undefined) return waits(image.reason, image.message);
  const volume = volumeProblem(container, volumes);
  if (volume !== undefined) return waits("ContainerCreating", volume);
  const user = userOf(pod, container);
  const environment = containerEnvironment(container, path, context.host.hostname, user);
  if (!environment.ok) return waits("CreateContainerConfigError", environment.message);
  const directory = hostPathProblem(container, path, context.absentDirectories);
  if (directory !== undefined) return waits("CreateContainerError", directory);
  const command = containerCommand(container, path, environment.declared);
  if (!command.ok) return waits("CreateContainerConfigError", command.message);
  try {
    const unit = translateContainer({
      pod,
      container,
      kind,
      ...containerOrder(pod, container, kind),
      confinement: containerConfinement(pod, container),
      argv: command.argv,
      qos: qosClass(pod),
      host: context.host,
      libDir: context.libDir,
    });
    const file = { name: environmentFile(container.name), text: environment.text, uid: user.uid ?? 0 };
    return { container: { ...base, unit }, files: [file] };
  } catch (error) {
    if (!(error instanceof UnquotableError)) throw error;
    return waits("CreateContainerConfigError", `${path} ${error.message}`);
  }
}

function volumeProblem(container: Container, { missing }: Volumes): string | undefined {
  const volume = container.volumeMounts?.find((mount) => missing.has(mount.name))?.name;
  return volume && `MountVolume.SetUp failed for volume "${volume}" : ${missing.get(volume)}`;
}
