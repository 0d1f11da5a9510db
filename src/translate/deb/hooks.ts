import type { Lifecycle, LifecycleHandler } from "../../model/api/lifecycle.ts";
import { type ExecLine, execWords } from "./exec-words.ts";
import type { PackageServiceUnit } from "./service.ts";

/** Returns ExecStartPost= and ExecStop= as hooks of the container; hooks of the pod replace them. */
export function serviceHooks(service: PackageServiceUnit, own: Lifecycle | undefined): Lifecycle | undefined {
  const postStart = hook(service, "ExecStartPost");
  const preStop = killSignal(service) === undefined ? hook(service, "ExecStop") : undefined;
  if (postStart === undefined && preStop === undefined) return own;
  return { ...(postStart && { postStart }), ...(preStop && { preStop }), ...own };
}

/** Returns the signal that ExecStop= sends to the main process, if it does nothing else. */
export function killSignal({ settings }: PackageServiceUnit): string | undefined {
  const [line, ...more] = settings.get("ExecStop") ?? [];
  if (line === undefined || more.length > 0) return undefined;
  const words = execWords(line)?.words.join(" ") ?? "";
  const match = /^(?:\/usr)?(?:\/bin\/)?kill(?: (?:-s )?-?(?:SIG)?([A-Z0-9]+))? \$(?:MAINPID|\{MAINPID\})$/.exec(words);
  return match === null ? undefined : `SIG${match[1] ?? "TERM"}`;
}

/** Returns why a command cannot be a hook, as a phrase that follows the unit's name; undefined when all can. */
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

/** True for a command that needs neither special rights nor variables of systemd. */
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
