import type { ImageConfig } from "../../model/image/image.ts";

/**
 * Parses the configuration of an image, which is untrusted: a field of another type counts as missing. Throws when the text is
 * not JSON.
 */
export function parseImageConfig(text: string): ImageConfig {
  const config = record(record(JSON.parse(text)).config);
  return {
    entrypoint: strings(config.Entrypoint),
    command: strings(config.Cmd),
    environment: strings(config.Env),
    workingDirectory: string(config.WorkingDir),
    user: string(config.User),
    stopSignal: string(config.StopSignal),
    volumes: Object.keys(record(config.Volumes)).filter((path) => path.startsWith("/")),
  };
}

/**
 * Returns the digests of an image's configuration and layers, and their size in bytes, from its manifest. Throws when the text
 * is not JSON.
 */
export function parseManifest(text: string): {
  readonly config: string;
  readonly layers: readonly string[];
  readonly size: number;
} {
  const manifest = record(JSON.parse(text));
  const layers = Array.isArray(manifest.layers) ? manifest.layers.map(record) : [];
  const sizes = [...layers, record(manifest.config)].map(({ size }) => (typeof size === "number" ? size : 0));
  const digests = layers.map(({ digest }) => string(digest));
  return {
    config: string(record(manifest.config).digest),
    layers: digests,
    size: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/**
 * Returns the digest of the first manifest in the index of an image layout; "" when there is none. Throws when the text is not
 * JSON.
 */
export function parseIndex(text: string): string {
  const { manifests } = record(JSON.parse(text));
  return string(record(Array.isArray(manifests) ? manifests[0] : undefined).digest);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
