import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeUnit } from "../../src/unitfile/codec.ts";
import { exportLine, launchArgv, launchText, setLine } from "../../src/unitfile/launch.ts";
import { execLine, quotePath } from "../../src/unitfile/quote.ts";
import { Machine } from "../support/machine.ts";
import { HOSTILE_VALUES, hostileText, unlessRefused } from "../unitfile/hostile.ts";

/** Writes down, in hex: its directory, its environment, an empty line, its arguments. */
const PROBE = `#!/usr/bin/perl
use Cwd;
open my $out, '>', '/opt/said/' . shift or die;
print $out unpack('H*', $_), "\\n" for getcwd(), (map { "$_=$ENV{$_}" } sort keys %ENV), '', @ARGV;
`;

const VALUES = [...HOSTILE_VALUES, ...fc.sample(hostileText, { numRuns: 300, seed: 20260102 })];
/** More would not fit into a line of a unit file or into one argument list. */
const CHUNK = 100;

let machine: Machine;
/** The files that the next start copies into the machine. */
const staged = mkdtempSync(join(tmpdir(), "unitlet-quoting-"));

interface Said {
  readonly directory: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly argv: readonly string[];
}

beforeAll(async () => {
  machine = await Machine.boot("quoting");
  for (const directory of ["opt/said", "etc/systemd/system"]) mkdirSync(`${staged}/${directory}`, { recursive: true });
  writeFileSync(`${staged}/opt/probe`, PROBE, { mode: 0o755 });
  await machine.put(staged, "/");
});

afterAll(async () => {
  rmSync(staged, { recursive: true });
  await machine[Symbol.asyncDispose]();
});

function install(name: string, lines: readonly (readonly [string, string])[], args: readonly string[] = []): void {
  installArgv(name, lines, ["/opt/probe", name, ...args]);
}

function installArgv(name: string, lines: readonly (readonly [string, string])[], argv: readonly string[]): void {
  const exec = execLine(argv);
  const text = encodeUnit([["Service", [["Type", "oneshot"], ["ExecStart", exec], ...lines]]]);
  writeFileSync(`${staged}/etc/systemd/system/quoting-${name}.service`, text);
}

async function start(names: readonly string[]): Promise<Said[]> {
  await machine.put(staged, "/");
  await machine.exec(["systemctl", "daemon-reload"]);
  const units = names.map((name) => `quoting-${name}.service`);
  await machine.exec(["systemctl", "start", ...units], { timeout: 200_000 });
  return Promise.all(names.map(said));
}

async function said(name: string): Promise<Said> {
  const lines = (await machine.read(`/opt/said/${name}`)).slice(0, -1).split("\n");
  const [directory = "", ...rest] = lines.map((hex) => Buffer.from(hex, "hex").toString());
  const end = rest.indexOf("");
  const variables = rest
    .slice(0, end)
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  return { directory, environment: new Map(variables), argv: rest.slice(end + 1) };
}

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, at) => items.slice(at * CHUNK, (at + 1) * CHUNK));
}

test("every argument arrives as it was given", async () => {
  const batches = chunks(VALUES);
  const names = batches.map((batch, at) => {
    install(`argv-${at}`, [], batch);
    return `argv-${at}`;
  });
  expect((await start(names)).map(({ argv }) => argv)).toEqual(batches);
});

test("every variable arrives as it was given, through the shell that becomes the program", async () => {
  const variables = VALUES.flatMap((value, at): [string, string, string][] => {
    const line = unlessRefused(() => exportLine(`V${at}`, value));
    return line === undefined ? [] : [[`V${at}`, value, line]];
  });
  expect(variables.length).toBeGreaterThan(VALUES.length * 0.8);
  const batches = chunks(variables);
  const names = batches.map((batch, at) => {
    writeFileSync(
      `${staged}/opt/env-${at}`,
      `${batch.map(([, , line]) => line).join("")}${setLine(["/opt/probe", `env-${at}`])}`,
    );
    installArgv(`env-${at}`, [], launchArgv(`/opt/env-${at}`));
    return `env-${at}`;
  });
  const arrived = (await start(names)).map(({ environment }) =>
    [...environment].filter(([name]) => name.startsWith("V")),
  );
  expect(arrived.map((batch) => new Map(batch))).toEqual(
    batches.map((batch) => new Map(batch.map(([name, value]) => [name, value]))),
  );
});

/** Variables that one shell or the other has for itself. */
const NAMES = [
  ..."UID EUID PPID OPTIND OPTARG LINENO RANDOM SECONDS SHLVL _ IFS ENV BASH_ENV PS4 PWD OLDPWD HISTFILE".split(" "),
  ..."SHELLOPTS BASHOPTS BASH_VERSINFO BASHPID GROUPS DIRSTACK FUNCNAME EPOCHSECONDS EPOCHREALTIME SRANDOM".split(" "),
  ..."PIPESTATUS BASH_SOURCE BASH_ARGV0 POSIXLY_CORRECT TMOUT LC_ALL LANG CDPATH TERM COLUMNS".split(" "),
  // Those that no shell would take, and those that perl would obey.
  ..."data-1 a.b 1x % a:b -x /etc/x [x] {} #a PERL5LIB PERL_BADLANG".split(" "),
  "a b",
];

test.for(["dash", "bash"])("every name of a variable arrives, also one that %s has for itself", async (shell) => {
  await machine.exec(`mkdir -p /opt/${shell} && ln -sf /bin/${shell} /opt/${shell}/sh`);
  for (const value of ["abc", "", "9", "it's $x"]) {
    const variables = new Map(NAMES.map((name) => [name, value]));
    await machine.write(
      "/opt/env-names",
      launchText("/opt/env-names", "", { variables, argv: ["/opt/probe", "names"], directory: "/" }),
    );
    const [, , script = "", ...words] = launchArgv("/opt/env-names");
    await machine.exec(["env", "-i", `/opt/${shell}/sh`, "-c", script, ...words]);
    const { environment } = await said("names");
    expect(NAMES.map((name) => [name, environment.get(name)])).toEqual(NAMES.map((name) => [name, value]));
  }
});

test("every path that a unit takes is the directory that the program works in", async () => {
  const paths = VALUES.filter((value) => value.length < 40)
    .map((value) => `/opt/d/x${value.replaceAll("/", "_")}`)
    .filter((path, at, all) => all.indexOf(path) === at && unlessRefused(() => quotePath(path)) !== undefined);
  expect(paths.length).toBeGreaterThan(100);
  const names = paths.map((path, at) => {
    mkdirSync(`${staged}${path}`, { recursive: true });
    install(`path-${at}`, [["WorkingDirectory", quotePath(path)]]);
    return `path-${at}`;
  });
  const said = (await start(names)).map(({ directory }) => directory);
  expect(said).toEqual(paths);
});
