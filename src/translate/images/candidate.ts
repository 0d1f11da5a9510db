import type { Container } from "../../model/api/pod.ts";
import type { InstalledDeb, Packages } from "../../model/image/deb.ts";
import type { DesiredPull, StoredImage } from "../../model/image/image.ts";
import type { ImageReference } from "../../model/image/image-reference.ts";
import type { TranslateContext } from "../context.ts";

/** An image or a package that is on this host; `id` is what status.containerStatuses[].imageID says. */
export type PresentImage =
  | { readonly kind: "stored"; readonly stored: StoredImage; readonly id: string }
  | { readonly kind: "package"; readonly onHost: PackageOnHost; readonly id: string };

/** An installed package, with the files in which the host names the users of its services. */
export interface PackageOnHost {
  readonly deb: InstalledDeb;
  readonly accounts: Pick<Packages, "passwd" | "group">;
}

export type ImageContext = Pick<TranslateContext, "config" | "host" | "directory" | "images" | "references">;

/** What a container, or an image volume in the fields of a container, requests. */
export type ImageRequest = Pick<Container, "name" | "image" | "imagePullPolicy"> & {
  readonly reference: ImageReference;
  /** Names of the containers that mount the volume. */
  readonly mountedBy?: readonly string[];
};

/** What is known of a requested image, whether of a registry or a package. */
export interface Candidate {
  /** The key of the image, as unitfile/image-names.ts makes it. */
  readonly key: string;
  readonly policy: string;
  /** The image on this host; undefined: it is not on this host. */
  readonly present?: PresentImage;
  /** True when the image that is present may be used without asking the registry or the archive again. */
  readonly isUsable: boolean;
  /** Why this node cannot pull it; undefined: it can. */
  readonly blocker: string | undefined;
  readonly pull: Omit<DesiredPull, "key" | "reserve" | "isFirst" | "failures">;
}
