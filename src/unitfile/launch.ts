import { UnquotableError } from "./quote.ts";

/**
 * What stands between systemd and a container's program: a shell that takes the variables from a file and becomes the
 * program. EnvironmentFile= would give them to the unit's privileged helpers as well, and a pod's LD_PRELOAD is no
 * helper's business. The shell has the container's own user by then.
 */
export function launchArgv(environment: string, argv: readonly string[]): readonly string[] {
  return ["/bin/sh", "-c", `unset PWD OLDPWD; . ${environment}; exec "$@"`, "sh", ...argv];
}

/** A line of that file. Any value but NUL arrives; names are the shell's. */
export function exportLine(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new UnquotableError("has a name that a shell cannot export");
  if (value.includes("\0")) throw new UnquotableError("contains a NUL character");
  if (!value.isWellFormed()) throw new UnquotableError("contains half a character (a lone surrogate)");
  return `export ${name}='${value.replaceAll("'", "'\\''")}'\n`;
}
