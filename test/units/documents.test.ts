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
