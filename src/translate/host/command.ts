import type { Container } from "../../model/api/pod.ts";
import { expand, expandAll } from "../env/expand.ts";

export type ContainerCommand =
  | {
      readonly ok: true;
      readonly argv: readonly string[];
      /** argv[0] without the values of variables, which may be secret. */
      readonly program: string;
    }
  | { readonly ok: false; readonly message: string };

/**
 * Returns argv of a container on the host's files. The image is no entrypoint unless it is a path:
 * `image: /usr/bin/redis-server` runs that program when the pod gives no command. With the image "host", args alone are
 * a command: `kubectl run -it NAME --image=host -- bash` sets args. Throws UnquotableError for words that are too long.
 */
export function containerCommand(
  container: Container,
  path: string,
  variables: ReadonlyMap<string, string>,
): ContainerCommand {
  const image = container.image ?? "";
  const command = container.command?.length ? container.command : image.startsWith("/") ? [image] : [];
  const words = [...command, ...(container.args ?? [])];
  const argv = expandAll(words, (name) => variables.get(name));
  const hasNone = image === "host" || image.startsWith("host:");
  if (hasNone ? argv.length === 0 : command.length === 0) {
    return {
      ok: false,
      message: `${path}.command is missing: the image "${image}" has no entrypoint on this node; name the program in command`,
    };
  }
  if (argv[0] === "")
    return { ok: false, message: `${path}.command begins with an empty word: name the program in it` };
  return { ok: true, argv, program: expand(words[0] ?? "", () => undefined) };
}
