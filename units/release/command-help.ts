import { execFileSync } from "node:child_process";

/** The help of the command `unitlet`, as it prints it. */
export interface CommandHelp {
  readonly text: string;
  readonly commands: readonly Command[];
}

export interface Command {
  readonly name: string;
  readonly text: string;
  /** The long options that the help names, such as "--json", in its order. */
  readonly options: readonly string[];
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

function commandOf(name: string, text: string): Command {
  const options = [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
  const usage = text.split("\n\n")[0] ?? "";
  const target = / POD\b/.test(usage) ? "pod" : / KIND\b/.test(usage) ? "kind" : undefined;
  const kinds = kindsOf(text);
  return { name, text, options: [...new Set(options)], ...(target && { target }), ...(kinds.length > 0 && { kinds }) };
}

/** Returns the words of a sentence "KIND is pods (po), jobs, or all." without the short names. */
function kindsOf(text: string): readonly string[] {
  const list = /KIND is (pods \([^.]*)\./.exec(text)?.[1] ?? "";
  return list === "" ? [] : list.split(/,\s+/).map((each) => each.replace(/^or /, "").replace(/ \(.*/, ""));
}
