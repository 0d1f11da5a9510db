import type { Step } from "../model/step.ts";
import type { Runnable } from "../model/translation.ts";
import type { World } from "../model/world.ts";

/** Returns the steps that write the pod's files and volumes, and so their copies for a boot without the API server. */
export function writeFiles({ pod, files, volumes }: Runnable, world: World): Step[] {
  const uid = pod.metadata.uid;
  const directory = world.directories.get(uid);
  const reason = (isOther: boolean, copy: string, because: string) => {
    if (isOther) return because;
    return directory?.copies?.has(copy) === false ? "its encrypted copy was lost" : undefined;
  };
  return [
    ...files.flatMap((file): Step[] => {
      const { name, text } = file;
      const because = reason(directory?.files.get(name) !== text, name, `${name} differs from what the pod asks for`);
      return because === undefined ? [] : [{ kind: "write-file", uid, file, because }];
    }),
    ...volumes.flatMap((volume): Step[] => {
      const { name, digest } = volume;
      const isOther = directory?.volumes.get(name) !== digest;
      const because = reason(isOther, `${name}.volume`, `volume ${name} has other content`);
      return because === undefined ? [] : [{ kind: "write-volume", uid, volume, because }];
    }),
  ];
}
