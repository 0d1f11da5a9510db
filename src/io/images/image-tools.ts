import { join } from "node:path";
import { exists } from "../files.ts";

/** The programs that pull images and run their containers. */
const TOOLS = ["skopeo", "umoci", "crun"];
const PROGRAMS = ["/usr/bin", "/usr/local/bin", "/bin"];

/** Returns the programs for images that are not installed. */
export function missingImageTools(): readonly string[] {
  return TOOLS.filter((tool) => !PROGRAMS.some((directory) => exists(join(directory, tool))));
}

/** True on distributions with apt and dpkg. */
export function hasApt(): boolean {
  return exists("/usr/bin/apt-get") && exists("/usr/bin/dpkg-query");
}
