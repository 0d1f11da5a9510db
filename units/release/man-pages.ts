import type { CommandHelp } from "./command-help.ts";

/** The version and the date (YYYY-MM-DD) that a page shows. */
export interface Edition {
  readonly version: string;
  readonly date: string;
}

/** Returns unitlet(8) from the help of the command. */
export function commandPage({ text, commands }: CommandHelp, edition: Edition): string {
  const own = commands.filter((command) => command.options.length > 0 || command.text.split("\n").length > 4);
  return [
    heading("UNITLET", 8, edition),
    section("NAME", "unitlet \\- the command of the Kubernetes node agent unitlet\n"),
    section("SYNOPSIS", ".B unitlet\n.I COMMAND\n"),
    section("DESCRIPTION", literal(text)),
    ...own.map((command) => section(`unitlet ${command.name}`, literal(command.text))),
    section("SEE ALSO", ".BR unitlet.conf (5),\n.BR systemctl (1),\n.BR journalctl (1)\n"),
  ].join("");
}

/** Returns unitlet.conf(5) from the text of unitlet.conf, whose comments precede the keys that they are about. */
export function settingsPage(conf: string, edition: Edition): string {
  const [head = "", ...blocks] = conf.split("\n\n");
  return [
    heading("UNITLET.CONF", 5, edition),
    section("NAME", "unitlet.conf \\- the settings of the Kubernetes node agent unitlet\n"),
    section("SYNOPSIS", "/etc/unitlet/unitlet.conf\n.br\n/etc/unitlet/unitlet.conf.d/*.conf\n"),
    section("DESCRIPTION", `${comments(head).map(escaped).join("\n")}\n`),
    section("SETTINGS", blocks.map(setting).join("")),
    section("SEE ALSO", ".BR unitlet (8)\n"),
  ].join("");
}

function setting(block: string): string {
  const keys = [...block.matchAll(/^#(\w+) =(.*)$/gm)];
  const tags = keys.map(([, key = "", value = ""]) => `.B ${escaped(`${key} =${value}`)}\n`);
  return `.TP\n${tags.join(".TQ\n")}${comments(block).map(escaped).join("\n.br\n")}\n`;
}

function comments(block: string): string[] {
  return [...block.matchAll(/^# (.*)$/gm)].map(([, line = ""]) => line);
}

function heading(name: string, number: number, { version, date }: Edition): string {
  return `.TH ${name} ${number} ${date} "unitlet ${version}" "unitlet"\n`;
}

function section(name: string, body: string): string {
  return `.SH ${escaped(name)}\n${body}`;
}

/** Returns text with its lines and columns as they are. */
function literal(text: string): string {
  return `.nf\n${text.trimEnd().split("\n").map(escaped).join("\n")}\n.fi\n`;
}

/** Returns a line in which roff sees no request, escape or hyphen. */
function escaped(line: string): string {
  const plain = line.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
