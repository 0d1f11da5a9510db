import { join } from "node:path";
import { exists } from "../files.ts";

/** The programs that pull images and run their containers. */
const TOOLS = ["skopeo", "umoci", "crun"];
const PROGRAMS = ["/usr/bin", "/usr/local/bin", "/bin"];

/** Returns the programs for images that are not installed. */
export function missingImageTools(): readonly string[] {
  return TOOLS.filter((tool) => pathOfTool(tool) === undefined);
}

/** Returns the programs for images that are installed, with their paths. */
export function imageToolPaths(): readonly (readonly [tool: string, path: string])[] {
  return TOOLS.flatMap((tool) => {
    const path = pathOfTool(tool);
    return path === undefined ? [] : [[tool, path] as const];
  });
}

function pathOfTool(tool: string): string | undefined {
  return PROGRAMS.map((directory) => join(directory, tool)).find(exists);
}

/** True on distributions with apt and dpkg. */
export function hasApt(): boolean {
  return exists("/usr/bin/apt-get") && exists("/usr/bin/dpkg-query");
}
