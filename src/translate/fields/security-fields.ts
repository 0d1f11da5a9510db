import { is, rejected } from "./field-row.ts";

const isOfType =
  (...types: string[]) =>
  (value: unknown) =>
    types.includes(String((value as { type?: unknown }).type));

/** Rows that hold for pods and for containers. */
export const APP_ARMOR = rejected(
  "asks for the default profile of a container runtime, and this node has no runtime",
  "load a profile on the host and name it with type Localhost, or remove the field",
  isOfType("Unconfined", "Localhost"),
);
export const PROC_MOUNT = rejected(
  "asks for an unmasked /proc, but /proc is the host's",
  "leave it at Default; a program that writes there needs privileged: true",
  is("Default"),
);
export const HOST_USERS = rejected(
  "cannot be honoured: on the host's files, users are the host's",
  "remove the field, and set runAsUser to a number that no other pod uses",
  is(true),
);
