import { shortDisks } from "../model/host/pressure.ts";
import { packageOf } from "../model/image/deb.ts";
import type { StoredTree } from "../model/image/image.ts";
import { isUnused } from "../model/image/unused.ts";
import type { Step } from "../model/step.ts";
import type { Runnable, Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";

/**
 * Removes unused images until the disk is below imageGCLowThresholdPercent. The image that was unused for longest goes
 * first (`images/image_gc_manager.go: freeSpace`, v1.36). While the disk is so short that pods are evicted, it removes all
 * of them (`DeleteUnusedImages`).
 */
export function collectGarbage(world: World, translations: readonly Translation[]): Step[] {
  const { config, host, images, now, pods } = world;
  const store = images?.store;
  if (store === undefined || images?.pulling.size !== 0 || !pods.complete) return [];
  const wanted = new Set(
    translations.flatMap((each) =>
      each.kind === "runnable"
        ? [...each.containers.map(({ image }) => image?.stored.digest), ...imagesOfVolumes(each)]
        : [],
    ),
  );
  let excess = shortDisks(config, host, now).images
    ? Number.POSITIVE_INFINITY
    : store.diskUsed - (config.imageGCLowThresholdPercent / 100) * store.diskTotal;
  const steps: Step[] = [];
  for (const tree of store.trees.filter((each) => isUnused(each, wanted, now)).toSorted(byUse)) {
    if (excess <= 0) break;
    excess -= tree.diskSize;
    steps.push(removal(tree));
  }
  return steps;
}

function removal({ digest, names }: StoredTree): Step {
  const common = { uid: "", because: "the disk is too full" } as const;
  const name = packageOf(digest);
  return name === undefined
    ? { kind: "remove-image", digest, names, ...common }
    : { kind: "remove-package", package: name, ...common };
}

function imagesOfVolumes({ imageVolumes = [] }: Runnable) {
  return imageVolumes.map(({ digest }) => digest);
}

function byUse(a: StoredTree, b: StoredTree): number {
  return a.usedAt - b.usedAt;
}
