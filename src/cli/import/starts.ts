import type { ExecLine } from "../../translate/deb/exec-words.ts";
import { execCommands } from "./commands.ts";
import type { Directives } from "./directives.ts";
import { ImportError } from "./manifest.ts";

/** The commands that start a service. */
export interface Starts {
  /** Those that run to their end before the main one, each as an init container. */
  readonly before: readonly ExecLine[];
  readonly main: ExecLine;
}

/** Reads ExecStart= and ExecStartPre=. Throws ImportError for a service without a program. */
export function readStarts(service: Directives, isOneshot: boolean): Starts {
  const ignored = isOneshot ? "by a shell" : "and a container that fails has failed";
  const starts = commands(service, "ExecStart", ignored);
  const main = starts.at(-1);
  if (main === undefined) throw new ImportError("it has no ExecStart=, and a container needs a program");
  if (starts.length > 1 && !isOneshot) throw new ImportError("it has several ExecStart=, and its Type= is not oneshot");
  const isRootBefore = service.isOn("PermissionsStartOnly");
  const pre = commands(service, "ExecStartPre", "").map((exec) =>
    isRootBefore ? { ...exec, flags: `${exec.flags}+` } : exec,
  );
  if (pre.length > 0)
    service.note(
      "ExecStartPre",
      "an init container with a /run and /tmp of its own, which runs before the first start and not before each restart",
    );
  return { before: [...pre, ...starts.slice(0, -1)], main: isOneshot ? main : withoutShell(main) };
}

/** Returns the command without the prefix "-". A shell around a program that runs on would get the stop signal in its place. */
function withoutShell(exec: ExecLine): ExecLine {
  return { ...exec, flags: exec.flags.replaceAll("-", "") };
}

/** True for a command that systemd runs with all rights, whatever the user is. */
export function hasAllRights({ flags }: ExecLine): boolean {
  return flags.includes("+") || flags.replace("!!", "").includes("!");
}

/** `ignored` says what becomes of the prefix "-"; "" when there is nothing to tell. */
function commands(service: Directives, key: "ExecStart" | "ExecStartPre", ignored: string): readonly ExecLine[] {
  return service.all(key).flatMap((line) => {
    const found = execCommands(line);
    if (found === undefined) throw new ImportError(`${key}=${line} cannot be read: is a quote missing?`);
    for (const exec of found) tellPrefixes(exec, (because) => service.note(key, because, line), ignored);
    return found;
  });
}

function tellPrefixes(exec: ExecLine, note: (because: string) => void, ignored: string): void {
  if (hasAllRights(exec)) note("the prefix asks for all rights: the container runs as root");
  if (exec.flags.includes("@")) note(`the program does not get the name ${exec.words[1] ?? ""}`);
  if (exec.flags.includes("-") && ignored !== "") note(`the prefix - counts every end as a success, ${ignored}`);
}
