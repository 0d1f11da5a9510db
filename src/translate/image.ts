import type { Config } from "../model/config.ts";
import type { Container } from "../model/pod.ts";

/** Why the container waits for its image; undefined when its files are the host's. */
export function imageProblem(
  container: Container,
  config: Config,
): { readonly reason: string; readonly message: string } | undefined {
  const image = container.image ?? "";
  if (config.images === "ignore" || image === "host" || image.startsWith("host:") || image.startsWith("/"))
    return undefined;
  return {
    reason: "ErrImagePull",
    message: `image "${image}" cannot be pulled: this node runs programs on its own files. Set image to "host" or to the absolute path of a program, or set images = ignore in /etc/unitlet/unitlet.conf to run command on the host whatever the image`,
  };
}
