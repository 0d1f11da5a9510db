import type { Lifecycle, LifecycleHandler } from "../../model/api/lifecycle.ts";
import type { ExecLine } from "../../translate/deb/exec-words.ts";
import { killSignal } from "../../translate/deb/hooks.ts";
import { execCommands, hookCommand, type Variables } from "./commands.ts";
import type { Directives } from "./directives.ts";
import { apiSignal } from "./signal.ts";

/** Reads ExecStartPost=, ExecStop= and KillSignal=; undefined without any. */
export function readLifecycle(service: Directives, variables: Variables): Lifecycle | undefined {
  const stopSignal = readSignal(service);
  const postStart = hook(service, "ExecStartPost", variables);
  const preStop = hook(service, "ExecStop", variables);
  if (stopSignal === undefined && postStart === undefined && preStop === undefined) return undefined;
  return { ...(postStart && { postStart }), ...(preStop && { preStop }), ...(stopSignal && { stopSignal }) };
}

/** An ExecStop= that is only a kill is the stop signal. */
function readSignal(service: Directives): string | undefined {
  const [sent, configured] = [sentSignal(service), service.last("KillSignal")];
  if (sent !== undefined && configured !== undefined && configured !== sent)
    service.note("KillSignal", "the stop signal is that of ExecStop=");
  const given = sent ?? configured;
  const name = given === undefined ? undefined : apiSignal(service, "KillSignal", given);
  return name === "SIGTERM" ? undefined : name;
}

/** Returns the signal that ExecStop= sends, if it does nothing else. */
function sentSignal(service: Directives): string | undefined {
  const key = "ExecStop";
  return killSignal({ name: "", settings: new Map([[key, service.all(key)]]) });
}

function hook(
  service: Directives,
  key: "ExecStartPost" | "ExecStop",
  variables: Variables,
): LifecycleHandler | undefined {
  const lines = service.all(key);
  if (key === "ExecStop" && sentSignal(service) !== undefined) return undefined;
  const execs = lines.flatMap((line) => {
    const commands = execCommands(line) ?? [];
    const because = commands.length === 0 ? "systemd cannot read it" : commands.map(hookProblem).find(Boolean);
    if (because === undefined) return commands;
    service.note(key, because, line);
    return [];
  });
  return execs.length === 0 ? undefined : { exec: { command: hookCommand(execs, variables) } };
}

function hookProblem({ flags, words }: ExecLine): string | undefined {
  if (/[+!]/.test(flags)) return "a hook has the rights of its container, without the prefix";
  if (words.some((word) => /\$\{?MAINPID\b/.test(word))) return "a hook does not know $MAINPID";
  return undefined;
}
