import { parseSettings } from "../../src/config/settings.ts";

/** Returns the keys that the parser names when it rejects another one. */
export function knownKeys(): readonly string[] {
  try {
    parseSettings([{ path: "unitlet.conf", text: "none = 1" }]);
  } catch (error) {
    return (error as Error).message.replace(/^.*expected one of /, "").split(", ");
  }
  throw new Error("an unknown key was accepted");
}
