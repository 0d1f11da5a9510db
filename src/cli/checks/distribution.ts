/** Distributions that install packages in the same way. On `ostree` and `transactional` hosts /usr is read-only. */
export type Family = "debian" | "fedora" | "ostree" | "suse" | "transactional" | "arch";

/** What tells the family of a host. */
export interface Distribution {
  /** The text of os-release(5). */
  readonly osRelease: string;
  /** /run/ostree-booted exists. */
  readonly isOstree: boolean;
  /** The program transactional-update exists. */
  readonly isTransactional: boolean;
}

/** Names of packages that differ from those of Debian. units/install/distribution.sh has the same ones. */
const FEDORA = { dbus: "dbus-broker", "perl-base": "perl-interpreter", npm: "nodejs-npm" };
const PLUGINS = { "containernetworking-plugins": "cni-plugins" };
const SUSE = { dbus: "dbus-1", npm: "npm-default", ...PLUGINS };
const NAMES: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  debian: {},
  fedora: FEDORA,
  ostree: FEDORA,
  suse: SUSE,
  transactional: SUSE,
  arch: { "perl-base": "perl", hostname: "inetutils", ...PLUGINS },
};

const COMMANDS: Readonly<Record<Family, (name: string) => string>> = {
  debian: (name) => `apt-get install ${name}`,
  fedora: (name) => `dnf install ${name}`,
  ostree: (name) => `rpm-ostree install --apply-live ${name}`,
  suse: (name) => `zypper install ${name}`,
  transactional: (name) => `transactional-update pkg install ${name}, then reboot`,
  arch: (name) => `pacman -S ${name}`,
};

/** Returns the family of a host; undefined for an unknown distribution. */
export function familyOf({ osRelease, isOstree, isTransactional }: Distribution): Family | undefined {
  const values = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map(([, value = ""]) => value.replace(/["']/g, ""));
  const words = values.flatMap((value) => value.split(" "));
  const isOne = (...names: readonly string[]) => names.some((name) => words.includes(name));
  if (isOne("debian", "ubuntu")) return "debian";
  if (isOne("fedora", "rhel", "centos")) return isOstree ? "ostree" : "fedora";
  if (isOne("suse", "opensuse")) return isTransactional ? "transactional" : "suse";
  return isOne("arch") ? "arch" : undefined;
}

/** Returns the command that installs packages, which are given by their names in Debian. */
export function installCommand(family: Family | undefined, ...names: readonly string[]): string {
  if (family !== undefined) return COMMANDS[family](names.map((name) => NAMES[family][name] ?? name).join(" "));
  const isOne = names.length === 1;
  return `install the package${isOne ? "" : "s"} ${names.join(" and ")} (or what your distribution calls ${isOne ? "it" : "them"})`;
}
