/** Exit statuses of all programs, as sysexits.h and systemd.exec(5) name them. */

/** The command line is wrong. */
export const EX_USAGE = 64;
/** A bug: the journal has its stack. */
export const EX_SOFTWARE = 70;
/** The configuration is invalid. */
export const EX_CONFIG = 78;
