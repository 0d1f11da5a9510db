/**
 * Settings of a node on which pods may do everything: most tests run their programs on the host's files as root, also in
 * machines whose kernel lacks Landlock. The defaults of a joined node are strict.
 */
export const OPEN_POLICY = {
  hostFiles: "all",
  hostAccounts: "any",
  unfencedRoot: "allow",
  packages: "signed",
  portForward: "any",
} as const;
