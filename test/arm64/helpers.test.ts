import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Emulated } from "./emulated.ts";

// qemu-user has none of the system calls since Linux 5.2 that mount, so what needs them is not run: docs/install.md lists it.
let emulated: Emulated;

beforeAll(() => {
  emulated = new Emulated();
  cpSync("units/helpers", join(emulated.directory, "helpers"), { recursive: true });
});

afterAll(() => emulated[Symbol.dispose]());

const helpers = readdirSync("units/helpers", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice("units/".length));
const startOf = (path: string) => readFileSync(`units/${path}`, "utf8").split("\n", 2).join("\n");

/** Runs a script of Perl with functions of the helpers. Returns what it prints. */
async function perl(parts: readonly string[], script: string): Promise<string> {
  const libraries = parts.map((part) => `require "./helpers/container/${part}.pl";`).join(" ");
  const fail = "sub fail { print qq(failed: @_\\n); exit 1 }";
  writeFileSync(join(emulated.directory, "script.pl"), `${libraries} ${fail}\n${script}`);
  return (await emulated.exec("perl script.pl")).stdout;
}

test("all helpers compile", async () => {
  const ofPerl = helpers.filter((path) => /\.pl$/.test(path) || startOf(path).startsWith("#!/usr/bin/perl"));
  const ofShell = helpers.filter((path) => startOf(path).startsWith("#!/bin/sh"));
  expect(ofPerl.length + ofShell.length).toBeGreaterThan(30);
  const script = `for each in ${ofPerl.join(" ")}; do perl -c $each 2>&1; done; for each in ${ofShell.join(" ")}; do sh -n $each; done`;
  expect((await emulated.exec(script)).stdout).toBe(ofPerl.map((path) => `${path} syntax OK\n`).join(""));
});

test("the architecture is found, and numbers and flags are those of aarch64", async () => {
  const script = `use_architecture();
    symlink '/etc/passwd', 'link';
    my $opened = sysopen my $file, 'link', no_follow();
    printf "%x %s %d\\n", audit_architecture(), $opened ? 'followed' : 'not followed', $!;`;
  // AUDIT_ARCH_AARCH64 and ELOOP.
  expect(await perl(["system-calls"], script)).toBe("c00000b7 not followed 40\n");
});

test("statx(2) tells types and devices", async () => {
  const script = `use_architecture();
    open my $null, '<', '/dev/null'; open my $directory, '<', '/etc'; open my $file, '<', '/etc/passwd';
    print join(' ', is_device(fileno $null, 1, 3) ? 'null' : 'other', map { (type_of(fileno $_))[0] } $directory, $file), "\\n";`;
  expect(await perl(["system-calls", "mounts"], script)).toBe("null 4 8\n");
});

test("files, directories and links are made below a descriptor", async () => {
  const script = `use_architecture();
    umask 0;
    mkdir 'at'; open my $at, '<', 'at';
    must('directory', 'mkdirat', fileno $at, my $one = 'directory', 0750);
    must('file', 'mknodat', fileno $at, my $two = 'file', 0100640, 0);
    must('link', 'symlinkat', my $target = 'file', fileno $at, my $three = 'link');
    print map { sprintf "%s %o\\n", $_, (lstat "at/$_")[2] } qw(directory file link);`;
  expect(await perl(["system-calls"], script)).toBe("directory 40750\nfile 100640\nlink 120777\n");
});

test("user, groups and session are changed", async () => {
  const script = `use_architecture();
    become(1000, 1001, [1002, 1003]);
    print "$< $> $( $)\\n";
    print fork ? (wait, '')[1] : system_call('setsid') == $$ ? "session\\n" : "none\\n";`;
  expect(await perl(["system-calls", "rights"], script)).toBe("1000 1000 1001 1002 1003 1001 1002 1003\nsession\n");
});

test("capabilities are dropped, and forbidden new privileges are seen", async () => {
  const script = `use_architecture();
    bound_capabilities('chown,kill'); forbid_new_privileges();
    open my $status, '<', '/proc/self/status'; print grep { /^(CapBnd|NoNewPrivs)/ } <$status>;`;
  expect(await perl(["system-calls", "rights"], script)).toBe("CapBnd:\t0000000000000021\nNoNewPrivs:\t1\n");
});

test("a terminal is received from crun's socket", async () => {
  const script = `chdir 'socket' or mkdir 'socket' and chdir 'socket';
    my $listener = listen_at('s');
    if (!fork) {
      socket my $sender, 1, 1, 0; connect $sender, pack 'Sa*x', 1, 's';
      open my $terminal, '+<', '/dev/ptmx';
      my $text = "x"; my $place = pack 'PQ', $text, 1;
      # One descriptor: SOL_SOCKET, SCM_RIGHTS. 211 is sendmsg(2).
      my $control = pack 'QLLlx4', 20, 1, 1, fileno $terminal;
      my $message = pack 'QQPQPQQ', 0, 0, $place, 1, $control, length $control, 0;
      exit(syscall(211, fileno $sender, $message, 0) == 1 ? 0 : 1);
    }
    my $terminal = receive_terminal($listener);
    set_size($terminal, pack 'S4', 33, 99, 0, 0);
    my $size = "\\0" x 8; ioctl $terminal, 0x5413, $size;
    wait; print "$? ", join(' ', unpack 'S4', $size), "\\n";`;
  expect(await perl(["terminal"], script)).toBe("0 33 99 0 0\n");
});

test("image-dedup compares extended attributes", async () => {
  const content = "#!/bin/sh\n";
  for (const tree of ["one", "two"]) {
    mkdirSync(join(emulated.directory, tree));
    for (const name of ["same", "other-attribute"]) {
      const path = join(emulated.directory, tree, name);
      writeFileSync(path, content);
      chmodSync(path, 0o755);
      execFileSync("touch", ["--date=@1000000000", path]);
      if (name === "same" || tree === "two") execFileSync("setcap", ["cap_net_raw+ep", path]);
    }
    symlinkSync("same", join(emulated.directory, tree, "link"));
  }
  const { stdout } = await emulated.exec("helpers/image/image-dedup one two; stat -c '%h %n' two/*");
  expect(stdout).toMatch(/^1 files, \d+ bytes\n1 two\/link\n1 two\/other-attribute\n2 two\/same\n$/);
});
