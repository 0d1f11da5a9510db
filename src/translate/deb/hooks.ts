import type { Lifecycle, LifecycleHandler } from "../../model/api/lifecycle.ts";
import { type ExecLine, execWords } from "./exec-words.ts";
import type { PackageServiceUnit } from "./service.ts";

/** What the unit runs after its start and before its end, as hooks of the container; the pod's own take their places. */
export function serviceHooks(service: PackageServiceUnit, own: Lifecycle | undefined): Lifecycle | undefined {
  const postStart = hook(service, "ExecStartPost");
  const preStop = killSignal(service) === undefined ? hook(service, "ExecStop") : undefined;
  if (postStart === undefined && preStop === undefined) return own;
  return { ...(postStart && { postStart }), ...(preStop && { preStop }), ...own };
}

/** By which the unit's ExecStop= ends its main process, if it does nothing else. */
export function killSignal({ settings }: PackageServiceUnit): string | undefined {
  const [line, ...more] = settings.get("ExecStop") ?? [];
  if (line === undefined || more.length > 0) return undefined;
  const words = execWords(line)?.words.join(" ") ?? "";
  const match = /^(?:\/usr)?(?:\/bin\/)?kill(?: (?:-s )?-?(?:SIG)?([A-Z0-9]+))? \$(?:MAINPID|\{MAINPID\})$/.exec(words);
  return match === null ? undefined : `SIG${match[1] ?? "TERM"}`;
}

/** Undefined: none, or all can be. The words go on after the unit's name. */
export function hookProblem(service: PackageServiceUnit): string | undefined {
  for (const key of ["ExecStartPost", "ExecStop"] as const) {
    const lines = service.settings.get(key) ?? [];
    if (key === "ExecStop" && killSignal(service) !== undefined) continue;
    const bad = lines.find((line) => !isPlainCommand(execWords(line)));
    if (bad !== undefined)
      return `has ${key}=${bad}, which cannot be a ${key === "ExecStop" ? "preStop" : "postStart"} hook`;
  }
  return undefined;
}

/** With the container's rights, and without what only systemd knows. */
function isPlainCommand(exec: ExecLine | undefined): exec is ExecLine {
  return exec !== undefined && !/[+!@]/.test(exec.flags) && !exec.words.some((word) => word.includes("$"));
}

function hook({ settings }: PackageServiceUnit, key: string): LifecycleHandler | undefined {
  const execs = (settings.get(key) ?? []).map(execWords).filter(isPlainCommand);
  const [first, ...more] = execs;
  if (first === undefined) return undefined;
  if (more.length === 0 && !first.flags.includes("-")) return { exec: { command: first.words } };
  const script = execs.map(({ flags, words }) => {
    const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    return flags.includes("-") ? `${command} || :` : `${command} || exit`;
  });
  return { exec: { command: ["/bin/sh", "-c", script.join("\n")] } };
}
