import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { Command } from "../../units/release/command-help.ts";
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
complete -c unitlet -n "__fish_seen_subcommand_from status" -a "--help"
complete -c unitlet -n "__fish_seen_subcommand_from plan" -a "--json --help"
`,
  );
});

const GET: Command = {
  ...{ name: "get", text: "usage: unitlet get KIND\n", options: ["--watch"] },
  ...{ target: "kind" as const, kinds: ["pods", "all"] },
};
const LOGS: Command = { name: "logs", text: "usage: unitlet logs POD\n", options: ["--tail"], target: "pod" };

/** Returns what bash completes, on a host where `unitlet get` answers with its arguments. */
function completed(...words: readonly string[]): string[] {
  const unitlet = 'unitlet() { echo "pod/$2-in-$4"; }';
  const script = `${completions([GET, LOGS])["share/bash-completion/completions/unitlet"]}
    ${unitlet}; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _unitlet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" })
    .trim()
    .split("\n");
}

test.each([
  [["unitlet", "g"], ["get"]],
  [
    ["unitlet", "get", ""],
    ["--watch", "--help", "pods", "all"],
  ],
  [["unitlet", "get", "jobs", "j"], ["jobs-in-default"]],
  [["unitlet", "get", "jobs", "--w"], ["--watch"]],
  [["unitlet", "logs", "-n", "other", "p"], ["pods-in-other"]],
])("bash completes %j", (words, found) => {
  expect(completed(...words)).toEqual(found);
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
    `complete -c unitlet -n "__fish_seen_subcommand_from logs" -f -a "(unitlet get pods -o name 2>/dev/null | string replace -r '.*/' '')"
complete -c unitlet -n "__fish_seen_subcommand_from get; and test (count (commandline -opc)) -eq 2" -f -a "pods all"
`,
  );
});
