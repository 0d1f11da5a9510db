import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { type Command, commandOf } from "../../units/release/command-help.ts";
import { completions } from "../../units/release/completions.ts";
import { commandPage } from "../../units/release/man-pages.ts";

const PLAN: Command = { name: "plan", text: "usage: unitlet plan [--json]\n", options: ["--json", "--help"] };
const STATUS: Command = { name: "status", text: "usage: unitlet status\n", options: [] };
const COMMANDS = [STATUS, PLAN];

test("unitlet(8) has the help of the command, and of each that has options", () => {
  const page = commandPage(
    { text: "usage: unitlet COMMAND\n", commands: COMMANDS },
    { version: "1.2", date: "2026-01-02" },
  );
  expect(page).toBe(`.TH UNITLET 8 2026-01-02 "unitlet 1.2" "unitlet"
.SH NAME
unitlet \\- the command of the Kubernetes node agent unitlet
.SH SYNOPSIS
.B unitlet
.I COMMAND
.SH DESCRIPTION
.nf
usage: unitlet COMMAND
.fi
.SH unitlet plan
.nf
usage: unitlet plan [\\-\\-json]
.fi
.SH SEE ALSO
.BR unitlet.conf (5),
.BR systemctl (1),
.BR journalctl (1)
`);
});

test("zsh completes commands, and then the options of one", () => {
  const found = completions(COMMANDS);
  expect(found["share/zsh/site-functions/_unitlet"]).toBe(`#compdef unitlet
_unitlet_names() {
  local namespace=\${words[\${words[(i)-n]}+1]:-default}
  compadd -- \${(f)"$(unitlet get $1 -n $namespace -o name 2>/dev/null | sed 's,.*/,,')"}
}
if ((CURRENT == 2)); then
  compadd -- status plan --help --version
  return
fi
case \${words[2]} in
  status) compadd -- --help ;;
  plan) compadd -- --json --help ;;
esac
_files
`);
  expect(found["share/zsh/vendor-completions/_unitlet"]).toBe(found["share/zsh/site-functions/_unitlet"]);
});

test("fish completes commands, and then the options of one", () => {
  expect(completions(COMMANDS)["share/fish/vendor_completions.d/unitlet.fish"]).toBe(
    `complete -c unitlet -n __fish_use_subcommand -f -a "status plan --help --version"
complete -c unitlet -n "contains -- (commandline -opc)[2] status" -a "--help"
complete -c unitlet -n "contains -- (commandline -opc)[2] plan" -a "--json --help"
`,
  );
});

const GET: Command = {
  ...{ name: "get", text: "usage: unitlet get KIND\n", options: ["--watch"] },
  ...{ target: "kind" as const, kinds: ["pods", "all"] },
};
const LOGS: Command = { name: "logs", text: "usage: unitlet logs POD\n", options: ["--tail"], target: "pod" };

const IMAGES = commandOf(
  "images",
  `usage: unitlet images [list]
       unitlet images pull [--quiet|--json] REF…
       unitlet images import [--quiet] [--name REF] FILE…
       unitlet images import --changed

Lists images.

  -q, --quiet  print errors alone
`,
);
const IMPORT: Command = { name: "import", text: "usage: unitlet import UNIT\n", options: ["--drop"] };

test("the commands of a command are those of its usage, each with the options there", () => {
  expect(IMAGES.verbs).toEqual([
    { name: "list", options: [] },
    { name: "pull", options: ["--quiet", "--json"] },
    { name: "import", options: ["--quiet", "--name", "--changed"] },
  ]);
  expect(commandOf("get", "usage: unitlet get KIND\n").verbs).toBeUndefined();
});

/** Returns what bash completes, on a host where `unitlet get` answers with its arguments. */
function completed(...words: readonly string[]): string[] {
  const unitlet = 'unitlet() { echo "pod/$2-in-$4"; }';
  const script = `${completions([GET, LOGS, IMAGES, IMPORT])["share/bash-completion/completions/unitlet"]}
    ${unitlet}; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _unitlet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" })
    .trim()
    .split("\n");
}

const VERBS: [string[], string[]][] = [
  [
    ["unitlet", "images", ""],
    ["list", "pull", "import", "--help"],
  ],
  [
    ["unitlet", "images", "pull", "--"],
    ["--quiet", "--json"],
  ],
  [
    ["unitlet", "images", "import", "--"],
    ["--quiet", "--name", "--changed"],
  ],
  [
    ["unitlet", "import", "--"],
    ["--drop", "--help"],
  ],
];

test.each([
  [["unitlet", "g"], ["get"]],
  [
    ["unitlet", "get", ""],
    ["--watch", "--help", "pods", "all"],
  ],
  [["unitlet", "get", "jobs", "j"], ["jobs-in-default"]],
  [["unitlet", "get", "jobs", "--w"], ["--watch"]],
  [["unitlet", "logs", "-n", "other", "p"], ["pods-in-other"]],
  ...VERBS,
])("bash completes %j", (words, found) => {
  expect(completed(...words)).toEqual(found);
});

const hasShell = (name: string) => spawnSync(name, ["-c", "exit"]).status === 0;

test.skipIf(!hasShell("fish")).each(VERBS)("fish completes %j", (words, found) => {
  const script = `${completions([GET, LOGS, IMAGES, IMPORT])["share/fish/vendor_completions.d/unitlet.fish"]}
    complete -C "${words.join(" ")}"`;
  const text = execFileSync("fish", ["--no-config", "-c", script], { encoding: "utf8" });
  const own = text.split("\n").filter((each) => /^(--)?[a-z]+$/.test(each));
  expect(own.toSorted()).toEqual(found.toSorted());
});

test.skipIf(!hasShell("zsh")).each(VERBS)("zsh completes %j", (words, found) => {
  const script = `compadd() { shift; print -l -- "$@" }; _files() { :; }; words=("$@") CURRENT=$#
    ${completions([GET, LOGS, IMAGES, IMPORT])["share/zsh/site-functions/_unitlet"]}`;
  const text = execFileSync("zsh", ["-f", "-c", script, "zsh", ...words], { encoding: "utf8" });
  const last = words.at(-1) ?? "";
  expect(text.split("\n").filter((each) => each !== "" && each.startsWith(last))).toEqual(found);
});

test("zsh and fish ask for the same names", () => {
  const found = completions([GET, LOGS]);
  expect(found["share/zsh/site-functions/_unitlet"]).toContain(`case \${words[2]} in
  logs) _unitlet_names pods ;;
  get) if ((CURRENT == 3)); then compadd -- pods all; else _unitlet_names \${words[3]}; fi ;;
esac
_files
`);
  expect(found["share/fish/vendor_completions.d/unitlet.fish"]).toContain(
    `complete -c unitlet -n "contains -- (commandline -opc)[2] logs" -f -a "(unitlet get pods -o name 2>/dev/null | string replace -r '.*/' '')"
complete -c unitlet -n "contains -- (commandline -opc)[2] get; and test (count (commandline -opc)) -eq 2" -f -a "pods all"
`,
  );
});
