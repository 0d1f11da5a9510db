/**
 * The directories that can have the units of pods. Of two files for one unit systemd reads that of the first (systemd.unit(5),
 * Unit File Load Path). The second is empty after a boot.
 */
export const UNIT_DIRECTORIES = ["/etc/systemd/system", "/run/systemd/system"] as const;

export type UnitDirectory = (typeof UNIT_DIRECTORIES)[number];

export const DEFAULT_UNIT_DIRECTORY: UnitDirectory = "/etc/systemd/system";
