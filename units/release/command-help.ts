import { execFileSync } from "node:child_process";

/** The help of the command `unitlet`, as it prints it. */
export interface CommandHelp {
  readonly text: string;
  readonly commands: readonly Command[];
}

export interface Verb {
  readonly name: string;
  readonly options: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly text: string;
  /** The long options that the help names, such as "--json", in its order. */
  readonly options: readonly string[];
  /** The commands of a command, such as "pull" of "images", with their options; absent: none. */
  readonly verbs?: readonly Verb[];
  /** What the first argument names; absent: neither. */
  readonly target?: "kind" | "pod";
  /** The kinds that the help lists, such as "pods"; absent: none. */
  readonly kinds?: readonly string[];
}

/** Asks a built command for the help of itself and of each of its commands. `program` is the path of run.cjs. */
export function readCommandHelp(program: string): CommandHelp {
  const help = (...command: readonly string[]) =>
    execFileSync(process.execPath, [program, "cli", "help", ...command], { encoding: "utf8" });
  const text = help();
  const names = [...text.matchAll(/^ {2}([a-z][a-z-]*) {2,}/gm)].map(([, name = ""]) => name);
  const commands = names.map((name) => commandOf(name, help(name)));
  return { text, commands };
}

/** Returns a command by its help. */
export function commandOf(name: string, text: string): Command {
  const options = optionsIn(text);
  const usage = text.split("\n\n")[0] ?? "";
  const target = / POD\b/.test(usage) ? "pod" : / KIND\b/.test(usage) ? "kind" : undefined;
  const kinds = kindsOf(text);
  const verbs = verbsOf(name, usage);
  return {
    ...{ name, text, options },
    ...(verbs.length > 0 && { verbs }),
    ...(target && { target }),
    ...(kinds.length > 0 && { kinds }),
  };
}

function optionsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option))];
}

/** Returns the words in lower case that the lines of the usage have after the command. */
function verbsOf(command: string, usage: string): readonly Verb[] {
  const lines = usage.matchAll(new RegExp(`^(?:usage:|) *unitlet ${command} \\[?([a-z]+)\\b(.*)$`, "gm"));
  const found = new Map<string, string>();
  for (const [, name = "", rest = ""] of lines) found.set(name, `${found.get(name) ?? ""} ${rest}`);
  return [...found].map(([name, rest]) => ({ name, options: optionsIn(rest) }));
}

/** Returns the words of a sentence "KIND is pods (po), jobs, or all." without the short names. */
function kindsOf(text: string): readonly string[] {
  const list = /KIND is (pods \([^.]*)\./.exec(text)?.[1] ?? "";
  return list === "" ? [] : list.split(/,\s+/).map((each) => each.replace(/^or /, "").replace(/ \(.*/, ""));
}
