import { environmentFile, LAUNCH_FILE } from "../../model/paths.ts";
import { launchArgv, launchText } from "../../unitfile/launch.ts";
import { execLine } from "../../unitfile/quote.ts";
import type { ContainerContext } from "../context.ts";
import { hostVariables } from "../env/environment.ts";
import { hostLaunchInput } from "../host-launch-input.ts";
import { hostLines } from "../host-lines.ts";
import type { Launch, LaunchFailure } from "../launch.ts";
import { standardInput } from "../lifecycle/standard-input.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { containerConfinement } from "../security/confinement.ts";
import { enterRights } from "../security/rights-options.ts";
import { runWords } from "../security/run-options.ts";
import { containerCommand } from "./command.ts";

/** Returns the launch of a program on the host's files. Throws UnquotableError for what no program can be given. */
export function hostLaunch(resolved: ResolvedContainer, context: ContainerContext): Launch | LaunchFailure {
  const { container, kind, user, specHash } = resolved;
  const input = hostLaunchInput(resolved, context);
  if (!input.ok) return input;
  const { declared, mounts } = input;
  const command = containerCommand(resolved, declared ?? new Map());
  if (!command.ok) return { ok: false, reason: "CreateContainerConfigError", message: command.message };
  const confinement = containerConfinement(resolved, context, mounts.mounts);
  const prefix = runWords(resolved, confinement, context.libDir, {
    notifies: resolved.options.notify === true && kind !== "init",
  });
  const argv = [...prefix, ...launchArgv(LAUNCH_FILE, standardInput(container, kind))];
  const launch: Launch = {
    ok: true,
    program: command.program,
    type: kind === "init" ? "oneshot" : "exec",
    killMode: "mixed",
    lines: {
      ...hostLines(resolved, { confinement, conditions: mounts.conditions }),
      ...{ defaults: [], startPre: [], stopPost: [], start: [["ExecStart", execLine(argv)]] },
    },
    hasInputPipe: container.stdin === true,
    hasPrivateTmp: !confinement.root.readOnly,
    paths: mounts.paths,
    subPaths: mounts.subPaths,
    enter: enterRights(container.name, confinement),
  };
  if (declared === undefined) return launch;
  const variables = hostVariables(declared, confinement.hostname ?? context.host.hostname, user);
  const text = launchText(LAUNCH_FILE, specHash, {
    ...{ variables, argv: command.argv, directory: confinement.workingDirectory },
  });
  return { ...launch, file: { name: environmentFile(container.name), text, uid: user.uid ?? 0 } };
}
