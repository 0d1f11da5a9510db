/** `unit://NAME.service`: a service that the host has already, and that the container adopts. */
export interface UnitReference {
  readonly kind: "unit";
  /** The name of the unit, such as "nginx.service". */
  readonly unit: string;
}

interface Unreadable {
  readonly kind: "invalid";
  /** A phrase without the reference itself. */
  readonly because: string;
}

const PREFIX = "unit://";
/** systemd's UNIT_NAME_MAX without the NUL. */
const MAX_LENGTH = 255;
const SERVICE = /^[A-Za-z0-9:_.-]+\.service$/;

/**
 * Names of services on which the host itself, or the way of an administrator to it, depends. The setting adoptUnits cannot
 * admit them.
 */
const PROTECTED = [
  /^unitlet/,
  /^systemd-/,
  /^dbus(-broker|-org\..*|\.)/,
  /^(ssh|sshd|sshd-.*|dropbear)\.service$/,
  /^(emergency|rescue|initrd-.*|getty|console-getty|container-getty|serial-getty|debug-shell)\.service$/,
  /^(networking|NetworkManager|wpa_supplicant|iwd|dhcpcd|connman|wickedd?(-.*)?|firewalld)\.service$/,
  /^(polkit|polkitd|kmod-static-nodes|plymouth.*|auditd|multipathd|iscsid|lvm2-.*|dm-event)\.service$/,
];

export function isUnit(image: string): boolean {
  return image.startsWith(PREFIX);
}

export function parseUnit(image: string): UnitReference | Unreadable {
  const unit = image.slice(PREFIX.length);
  const because = unitNameProblem(unit);
  return because === undefined ? { kind: "unit", unit } : { kind: "invalid", because };
}

/** True for the name of a service of the host, also of one that no pod can adopt. */
export function isServiceOfHost(unit: string): boolean {
  return SERVICE.test(unit) && unit.length <= MAX_LENGTH && !unit.startsWith("unitlet");
}

/** Returns why no pod can adopt a unit of this name, as a phrase without the name; undefined: its name allows it. */
export function unitNameProblem(unit: string): string | undefined {
  if (unit.includes("@")) return "an instance of a template cannot be adopted";
  if (!unit.endsWith(".service")) return "only a service can be adopted: the name must end with .service";
  if (!SERVICE.test(unit) || unit.length > MAX_LENGTH) return "this is not the name of a service";
  if (PROTECTED.some((name) => name.test(unit)))
    return "the host, or the way of its administrator to it, depends on this service";
  return undefined;
}
