import type { Node } from "../../../src/model/api/node.ts";
import type { Volume } from "../../../src/model/api/volume.ts";
import type { ResolvedReferences } from "../../../src/model/references.ts";
import type { HostFileType } from "../../../src/model/storage.ts";
import { translateVolumes } from "../../../src/translate/volumes/volumes.ts";
import { pod, UID } from "../base.ts";
import { ALLOCATABLE } from "./volume-base.ts";

export const DISK = `/var/lib/unitlet/pods/${UID}/volumes/v`;
export const MEMORY = `/run/unitlet/pods/${UID}/volumes/v`;
const FILES: readonly (readonly [string, HostFileType])[] = [
  ["/srv/dir", "directory"],
  ["/srv/file", "file"],
  ["/srv/socket", "socket"],
  ["/srv/share", "no answer"],
  ["/dev/null", "character device"],
  ["/dev/sda", "block device"],
];

export function placed(
  volume: Omit<Volume, "name">,
  spec: object = {},
  references: ResolvedReferences = new Map(),
  node?: Node,
) {
  const of = pod({ ...spec, volumes: [{ name: "v", ...volume }] });
  const context = { pod: of, references, node, allocatable: ALLOCATABLE, hostFiles: new Map(FILES) };
  const { sources, missing } = translateVolumes(context, new Map());
  return sources.get("v") ?? missing.get("v");
}
