import { join } from "node:path";
import { DEBS, debID } from "../../model/image/deb.ts";
import { PULLS, type StoredTree } from "../../model/image/image.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { removalKey, removalUnit } from "../../unitfile/image-names.ts";
import { list, readOptional, writeAtomic } from "../files.ts";
import { readPullRequest, seconds } from "./images.ts";
import { readStatus } from "./packages.ts";

/** Returns the packages that were installed for a pod, as images. Their dependencies are not included. */
export function readPackageStore(): readonly StoredTree[] {
  const records = list(DEBS).filter((name) => !name.startsWith("."));
  if (records.length === 0) return [];
  const status = readStatus(new Set(records));
  const users = readUsers();
  return records.flatMap((name) => {
    const record = readPullRequest(join(DEBS, name));
    const found = status.find((each) => each.package === name);
    if (record?.get("role") !== "asked" || found === undefined) return [];
    const pulledAt = seconds(record.get("at")) ?? 0;
    return [
      {
        digest: debID(found),
        names: [debID(found)],
        size: found.size,
        diskSize: found.size,
        pulledAt,
        usedAt: pulledAt,
        users: users.get(name) ?? [],
      },
    ];
  });
}

/** Returns the containers of each package, from the files that the run writes. */
function readUsers(): ReadonlyMap<string, string[]> {
  const users = new Map<string, string[]>();
  for (const uid of list(join(RUN_DIR, "pods"))) {
    for (const file of list(join(RUN_DIR, "pods", uid)).filter((name) => name.endsWith(".deb"))) {
      const name = (readOptional(join(RUN_DIR, "pods", uid, file)) ?? "").trim();
      users.set(name, [...(users.get(name) ?? []), `${uid}/${file.slice(0, -".deb".length)}`]);
    }
  }
  return users;
}

/** Writes the request to remove a package. Returns the unit that must be started for it. */
export function writeRemoval(name: string): string {
  const key = removalKey(name);
  writeAtomic(join(PULLS, `deb-${key}.request`), `remove ${name}\n`, 0o600);
  return removalUnit(key);
}
