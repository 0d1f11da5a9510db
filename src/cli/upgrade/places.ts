import { exists } from "../../io/files.ts";
import { installCommand } from "../checks/distribution.ts";
import { hostFamily } from "../checks/host-family.ts";
import { CliError } from "../failure.ts";

/** The paths of an installation by install.sh. */
export interface Places {
  readonly prefix: string;
  /** The directory of bundles, helpers and Node. */
  readonly programs: string;
  /** The directory of the other versions, beside `programs`, so that both can be exchanged. */
  readonly versions: string;
  readonly command: string;
  /** The directory of the agent's own units. */
  readonly units: string;
}

const END = "/lib/unitlet";

/** Returns the paths of the installation whose programs are in this directory. Throws CliError for another directory. */
export function placesOf(programs: string): Places {
  const prefix = programs.slice(0, -END.length);
  if (!programs.endsWith(END) || prefix === "")
    throw new CliError(`unitlet upgrade: ${programs} is no directory of install.sh, which is PREFIX${END}`);
  // As in units/install/place.sh.
  const isKnown = prefix === "/usr" || prefix === "/usr/local";
  return {
    prefix,
    programs,
    versions: `${programs}.versions`,
    command: `${prefix}/bin/unitlet`,
    units: isKnown ? `${prefix}/lib/systemd/system` : "/etc/systemd/system",
  };
}

/** Returns the paths of this host's installation. Throws CliError when a package manager owns the files. */
export function hostPlaces(): Places {
  if (exists("/usr/lib/unitlet/install/common.sh")) {
    const family = hostFamily();
    const file = family === "debian" ? "./unitlet_VERSION_ARCHITECTURE.deb" : "./unitlet-VERSION-1.ARCHITECTURE.rpm";
    throw new CliError(
      `unitlet upgrade: unitlet is installed on this host as a package: ${installCommand(family, file)}`,
    );
  }
  return placesOf(process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet");
}
