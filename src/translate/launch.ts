import type { Confinement } from "../model/confinement.ts";
import { environmentFile } from "../model/paths.ts";
import type { Container, Pod } from "../model/pod.ts";
import type { DesiredFile } from "../model/step.ts";
import { containerCommand } from "./command.ts";
import { containerConfinement } from "./confinement.ts";
import { containerPath } from "./container-path.ts";
import type { TranslateContext } from "./context.ts";
import { containerEnvironment } from "./environment.ts";
import { hostPathProblem } from "./host-paths.ts";
import type { ImageStart } from "./oci/start.ts";
import { userOf } from "./security.ts";

/** What a container's unit runs, and the file that goes with it; or why it cannot. */
export type Launch =
  | {
      readonly ok: true;
      readonly argv: readonly string[];
      readonly confinement: Confinement;
      /** Undefined: the host's own files. */
      readonly start?: ImageStart;
      readonly file: DesiredFile;
    }
  | { readonly ok: false; readonly reason: string; readonly message: string };

/** A program on the host's own files. */
export function hostLaunch(pod: Pod, container: Container, context: TranslateContext): Launch {
  const path = containerPath(pod, container);
  const refused = (reason: string, message: string) => ({ ok: false, reason, message }) as const;
  const user = userOf(pod, container);
  const environment = containerEnvironment(container, path, context.host.hostname, user);
  if (!environment.ok) return refused("CreateContainerConfigError", environment.message);
  const directory = hostPathProblem(container, path, context.absentDirectories);
  if (directory !== undefined) return refused("CreateContainerError", directory);
  const command = containerCommand(container, path, environment.declared);
  if (!command.ok) return refused("CreateContainerConfigError", command.message);
  const file = { name: environmentFile(container.name), text: environment.text, uid: user.uid ?? 0 };
  return { ok: true, argv: command.argv, confinement: containerConfinement(pod, container), file };
}
