import { is, rejected } from "./field-row.ts";

const isOfType =
  (...types: string[]) =>
  (value: unknown) =>
    types.includes(String((value as { type?: unknown }).type));

/** Rows that hold for pods and for containers. */
export const SECCOMP = rejected(
  "names a profile of its own, and rules on arguments cannot be said to systemd",
  "use type RuntimeDefault",
  isOfType("Unconfined", "RuntimeDefault"),
);
export const APP_ARMOR = rejected(
  "asks for a runtime's own profile, and there is no runtime here that has one",
  "load a profile on the host and name it with type Localhost, or remove the field",
  isOfType("Unconfined", "Localhost"),
);
export const SE_LINUX = rejected(
  "asks for a label, and unitlet sets none: the host's policy decides",
  "remove the field, and label the program on the host",
);
export const PROC_MOUNT = rejected(
  "asks for an unprotected /proc, which is the host's own here",
  "leave it at Default; what must write there needs privileged: true",
  is("Default"),
);
export const SYSCTLS = rejected(
  "cannot be honoured: the pod shares the host's kernel settings",
  "set them on the host, in /etc/sysctl.d",
);
export const HOST_USERS = rejected(
  "cannot be honoured: on the host's files a user is the host's",
  "remove the field, and set runAsUser to a number that no other pod uses",
  is(true),
);
export const WINDOWS = rejected("is for Windows", "remove the field");
