import type { SecurityContext } from "../../model/api/security-context.ts";
import type { Directives } from "./directives.ts";

type Rights = Pick<SecurityContext, "allowPrivilegeEscalation" | "capabilities">;

/** Reads the capabilities and NoNewPrivileges=. */
export function readRights(service: Directives, isRoot: boolean): Rights {
  const isDynamic = service.isOn("DynamicUser");
  const capabilities = readCapabilities(service, isRoot);
  tellAmbient(service, isRoot);
  return {
    ...(service.isOn("NoNewPrivileges") || isDynamic ? { allowPrivilegeEscalation: false } : {}),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}

/**
 * Returns the capabilities that the bounding set leaves. A list begins with nothing, one with "~" with all of them. A
 * pod's "ALL" is added first and then dropped by name.
 */
function readCapabilities(service: Directives, isRoot: boolean): SecurityContext["capabilities"] | undefined {
  const lines = service.all("CapabilityBoundingSet");
  const [first = ""] = lines;
  if (lines.length === 0) {
    if (isRoot)
      service.note(
        "CapabilityBoundingSet",
        "is not set. Add to capabilities what the program needs beyond the default of container runtimes",
      );
    const ambient = isRoot ? capabilityNames(service.all("AmbientCapabilities").join(" ")) : [];
    return ambient.length === 0 ? undefined : { add: ambient };
  }
  const isInverse = first.startsWith("~");
  const named = new Set<string>();
  for (const line of lines) {
    for (const name of capabilityNames(line))
      if (line.startsWith("~") === isInverse) named.add(name);
      else named.delete(name);
  }
  if (isInverse) return { add: ["ALL"], drop: [...named] };
  return { drop: ["ALL"], ...(named.size > 0 ? { add: [...named] } : {}) };
}

function capabilityNames(line: string): readonly string[] {
  const words = line.replace(/^~/, "").split(/\s+/);
  return words.filter((word) => word !== "").map((word) => word.toUpperCase().replace(/^CAP_/, ""));
}

function tellAmbient(service: Directives, isRoot: boolean): void {
  const names = service.words("AmbientCapabilities");
  if (isRoot || names.length === 0) return;
  const low = names.some((name) => /^cap_net_bind_service$/i.test(name))
    ? ". For a port below 1024 use the annotation unitlet.dev/listen, if the program takes sockets of systemd"
    : "";
  service.note("AmbientCapabilities", `a user other than root has no capabilities in a container${low}`);
}
