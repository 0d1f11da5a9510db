import { expand, expandAll } from "../env/expand.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

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
  { container, path, reference, namesHost }: Pick<ResolvedContainer, "container" | "path" | "reference" | "namesHost">,
  variables: ReadonlyMap<string, string>,
): ContainerCommand {
  const program = reference.kind === "host" ? reference.program : undefined;
  const command = container.command?.length ? container.command : program === undefined ? [] : [program];
  const words = [...command, ...(container.args ?? [])];
  const argv = expandAll(words, (name) => variables.get(name));
  const takesArgs = namesHost && program === undefined;
  if (takesArgs ? argv.length === 0 : command.length === 0) {
    return {
      ok: false,
      message: `${path}.command is missing: the image "${container.image ?? ""}" has no entrypoint on this node; name the program in command`,
    };
  }
  if (argv[0] === "")
    return { ok: false, message: `${path}.command begins with an empty word: name the program in it` };
  return { ok: true, argv, program: expand(words[0] ?? "", () => undefined) };
}
