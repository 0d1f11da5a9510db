import { UnquotableError } from "./quote.ts";

/**
 * What stands between systemd and a container's program: a shell that takes the variables from a file and becomes the
 * program. EnvironmentFile= would give them to the unit's privileged helpers as well, and a pod's LD_PRELOAD is no
 * helper's business. The shell has the container's own user by then.
 */
export function launchArgv(environment: string, argv: readonly string[]): readonly string[] {
  return ["/bin/sh", "-c", `unset PWD OLDPWD; . ${environment}; exec "$@"`, "sh", ...argv];
}

/** Variables of some /bin/sh itself (bash, dash), which it would refuse to set, or set to something else. */
const THE_SHELLS_OWN =
  /^(_|UID|EUID|PPID|GROUPS|SHELLOPTS|SHLVL|OPTIND|LINENO|RANDOM|SRANDOM|SECONDS|EPOCH\w+|DIRSTACK|FUNCNAME|PIPESTATUS|BASH\w*)$/;

/** A line of that file. Any value but NUL arrives; names are the shell's. */
export function exportLine(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new UnquotableError("has a name that a shell cannot export");
  if (value.includes("\0")) throw new UnquotableError("contains a NUL character");
  if (!value.isWellFormed()) throw new UnquotableError("contains half a character (a lone surrogate)");
  const quoted = `'${value.replaceAll("'", "'\\''")}'`;
  // The program's words are the shell's own, too: env(1) goes before them.
  return THE_SHELLS_OWN.test(name) ? `set -- /usr/bin/env ${name}=${quoted} "$@"\n` : `export ${name}=${quoted}\n`;
}
