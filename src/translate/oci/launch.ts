import type { StoredImage } from "../../model/image.ts";
import { bundleConfig } from "../../model/paths.ts";
import type { Container, Pod } from "../../model/pod.ts";
import { expand } from "../expand.ts";
import type { Launch } from "../launch.ts";
import { ociBundle } from "./bundle.ts";
import { imageConfinement } from "./confinement.ts";
import { imageUser } from "./user.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A program on the files of an image. */
export function imageLaunch(pod: Pod, container: Container, image: StoredImage, hostname: string): Launch {
  const who = imageUser(pod, container, image);
  if (!who.ok) return who;
  const declared = new Map<string, string>();
  for (const { name, value } of container.env ?? []) declared.set(name, expand(value ?? "", declared));
  const argv = imageCommand(container, image, declared);
  if (argv.length === 0) {
    const message = `the image "${container.image}" names no program, nor does the pod: name it in command`;
    return { ok: false, reason: "CreateContainerError", message: `no command specified: ${message}` };
  }
  const confinement = imageConfinement(pod, container, image, who.user);
  const variables = new Map([
    ["PATH", PATH],
    ["HOSTNAME", confinement.hostname ?? hostname],
    ["HOME", who.home],
    ...image.config.environment.map(pair),
    ...declared,
  ]);
  const text = ociBundle(confinement, { argv, variables });
  return {
    ok: true,
    argv,
    confinement,
    start: { tree: image.tree, stopSignal: image.config.stopSignal },
    file: { name: bundleConfig(container.name), text, uid: 0 },
  };
}

/** A command of the pod's own takes the place of ENTRYPOINT and CMD, args of its own take that of CMD. */
function imageCommand({ command, args }: Container, { config }: StoredImage, declared: ReadonlyMap<string, string>) {
  const own = (words: readonly string[]) => words.map((word) => expand(word, declared));
  if (command?.length) return [...own(command), ...own(args ?? [])];
  return [...config.entrypoint, ...(args?.length ? own(args) : config.command)];
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
