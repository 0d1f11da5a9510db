import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { readCommandHelp } from "./command-help.ts";
import { completions } from "./completions.ts";
import { commandPage, settingsPage } from "./man-pages.ts";

// Writes what a package has besides programs: node documents.ts RUN_CJS USR_DIRECTORY EPOCH_SECONDS
const [program = "", usr = "", epoch = ""] = process.argv.slice(2);
const root = new URL("../../", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
const edition = { version, date: new Date(Number(epoch) * 1000).toISOString().slice(0, 10) };
const conf = readFileSync(new URL("units/systemd/unitlet.conf", root), "utf8");
const help = readCommandHelp(program);

write("share/man/man8/unitlet.8.gz", gzipSync(commandPage(help, edition), { level: 9 }));
write("share/man/man5/unitlet.conf.5.gz", gzipSync(settingsPage(conf, edition), { level: 9 }));
for (const [path, text] of Object.entries(completions(help.commands))) write(path, text);
write("share/unitlet/unitlet.conf", conf);
write("share/doc/unitlet/copyright", readFileSync(new URL("LICENSE", root)));

function write(path: string, content: string | Uint8Array): void {
  const file = join(usr, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: 0o644 });
}
