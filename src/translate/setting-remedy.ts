/**
 * Returns the instruction that allows these entries besides those of a setting's list: "set hostFiles = shop in …".
 * unitlet.conf.d is named too, because a file there overrides unitlet.conf.
 */
export function withEntries(setting: string, present: readonly string[], more: readonly string[]): string {
  const value = [...new Set([...present, ...more])].join(",");
  return `set ${setting} = ${value} in /etc/unitlet/unitlet.conf, or in the file of unitlet.conf.d that has it`;
}
