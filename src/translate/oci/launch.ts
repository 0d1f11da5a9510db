import type { Container, Pod } from "../../model/api/pod.ts";
import type { Confinement } from "../../model/confinement.ts";
import type { Config } from "../../model/host/config.ts";
import type { StoredImage } from "../../model/image/image.ts";
import { bundleConfig } from "../../model/paths.ts";
import type { TranslateContext } from "../context.ts";
import { expandAll } from "../env/expand.ts";
import { environmentOf, type Launch, type MountSources } from "../host/launch.ts";
import { imageInput } from "../host/standard-input.ts";
import { specHash } from "../spec-hash.ts";
import { containerMounts } from "../volumes/mounts.ts";
import { isBundleOf, ociBundle } from "./bundle.ts";
import { imageConfinement } from "./confinement.ts";
import { targetOf } from "./namespaces.ts";
import { sandboxLines } from "./sandbox.ts";
import { ociSeccomp } from "./seccomp.ts";
import type { ImageStart } from "./start.ts";
import { imageUser } from "./user.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const NO_PROFILE =
  "seccompProfile RuntimeDefault cannot be honoured: the node has no /usr/share/containers/seccomp.json, which comes with the distribution's containers-common";

/** A program on the files of an image. */
export function imageLaunch(
  pod: Pod,
  container: Container,
  image: StoredImage,
  context: TranslateContext,
  places: MountSources,
): Launch {
  const who = imageUser(pod, container, image);
  if (!who.ok) return who;
  const mark = specHash(pod, container);
  const name = bundleConfig(container.name);
  const environment = environmentOf(pod, container, context);
  if (!environment.ok && !isBundleOf(context.directory?.files.get(name) ?? "", mark))
    return { ok: false, reason: "CreateContainerConfigError", message: environment.message };
  const declared: ReadonlyMap<string, string> = environment.ok ? environment.declared : new Map();
  const argv = imageCommand(container, image, declared);
  const [program] = imageCommand(container, image, new Map());
  if (program === undefined) {
    const message = `the image "${container.image}" names no program, nor does the pod: name it in command`;
    return { ok: false, reason: "CreateContainerError", message: `no command specified: ${message}` };
  }
  const known = environment.ok ? declared : undefined;
  const mounts = containerMounts(pod, container, places, known, context.directory?.failures);
  if (!mounts.ok)
    return { ok: false, reason: "CreateContainerConfigError", message: mounts.because, storage: mounts.storage };
  const { conditions, storage } = mounts;
  const confinement = imageConfinement(pod, container, image, who.user, context, mounts.mounts);
  const start = startOf(pod, container, image, confinement, context.config);
  const profile = context.images?.seccompProfile;
  if (confinement.seccomp.type !== "unconfined" && profile === undefined)
    return { ok: false, reason: "CreateContainerError", message: NO_PROFILE };
  const launch = { ok: true, program, confinement, start, conditions, storage } as const;
  if (!environment.ok) return launch;
  const seccomp =
    confinement.seccomp.type === "unconfined" || profile === undefined
      ? undefined
      : ociSeccomp(profile, { ...context.host, capabilities: confinement.capabilities });
  const variables = new Map([
    ["PATH", PATH],
    ["HOSTNAME", confinement.hostname ?? context.host.hostname],
    ["HOME", who.home],
    ...(start.input === "terminal" ? ([["TERM", "xterm"]] as const) : []),
    ...image.config.environment.map(pair),
    ...declared,
  ]);
  const terminal = start.input === "terminal";
  const process = { uid: pod.metadata.uid, container: container.name, argv, terminal, variables, seccomp };
  return { ...launch, file: { name, text: ociBundle(confinement, process, mark), uid: 0 } };
}

function startOf(
  pod: Pod,
  container: Container,
  { tree, config: { stopSignal, volumes } }: StoredImage,
  { privileged, root, namespaces: { pid } }: Confinement,
  config: Config,
): ImageStart {
  const target = pid === "target" ? targetOf(pod, container, config) : undefined;
  return {
    tree,
    // Elsewhere they are as fresh, and as gone with the container, as all that it writes.
    volumes: root.readOnly ? volumes : [],
    stopSignal,
    privileged,
    pid,
    target,
    sandbox: sandboxLines(pod, config),
    input: imageInput(container),
  };
}

/** A command of the pod's own takes the place of ENTRYPOINT and CMD, args of its own take that of CMD. */
function imageCommand({ command, args }: Container, { config }: StoredImage, declared: ReadonlyMap<string, string>) {
  const own = (words: readonly string[]) => expandAll(words, (name) => declared.get(name));
  if (command?.length) return [...own(command), ...own(args ?? [])];
  return [...config.entrypoint, ...(args?.length ? own(args) : config.command)];
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
