import { join } from "node:path";
import { exists } from "../files.ts";

/** What pulls need, and what starts containers of images. */
const TOOLS = ["skopeo", "umoci", "crun"];
const PROGRAMS = ["/usr/bin", "/usr/local/bin", "/bin"];

export function missingImageTools(): readonly string[] {
  return TOOLS.filter((tool) => !PROGRAMS.some((directory) => exists(join(directory, tool))));
}

/** Both have been there on every such distribution for ever. */
export function hasApt(): boolean {
  return exists("/usr/bin/apt-get") && exists("/usr/bin/dpkg-query");
}
