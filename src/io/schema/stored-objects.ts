import { parseManifest } from "../../config/manifest.ts";
import type { Pod } from "../../model/api/pod.ts";
import { itemsOf } from "./manifest-documents.ts";
import { documents, type ManifestFile } from "./manifest-file.ts";
import { parseManifests } from "./manifest-files.ts";
import { isSealed } from "./sealed-secret.ts";
import { parseYaml } from "./yaml.ts";

/** An object of a manifest file as it is written there, and its place. */
export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** False: the document names no namespace. */
  readonly isNamespaced: boolean;
  /** The document, with the namespace and with what the API makes of a Secret. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Of a Pod: what a run makes of it, with the defaults. */
  readonly pod?: Pod;
  readonly place: Place;
}

export interface Place {
  /** The name of the file. */
  readonly file: string;
  /** The document's text with its separator, and where it begins in the file. */
  readonly text: string;
  readonly offset: number;
  /** How many documents the file has. */
  readonly documents: number;
  /** True for an item of a List. */
  readonly isItem: boolean;
}

export interface StoredObjects {
  readonly objects: readonly StoredObject[];
  /** One message for each mistake, as a run logs it. */
  readonly problems: readonly string[];
}

type Fields = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
};

/** Returns the valid objects of manifest files, of whatever kind, in the order of the files. */
export function readStoredObjects(files: readonly ManifestFile[], nodeName: string): StoredObjects {
  const { problems } = parseManifests(files, nodeName);
  const objects = files.flatMap((file) => {
    const texts = documents(file, []);
    return texts.flatMap(({ text, offset }) =>
      valuesOf(text, nodeName).flatMap(({ fields: value, pod, isItem }): StoredObject[] => {
        // A run does not use such a Secret either, and the problems name it.
        if (value.kind === "Secret" && !isSealed(value) && file.isPublic?.()) return [];
        const object = objectOf(value, { file: file.name, text, offset, documents: texts.length, isItem });
        return [pod === undefined ? object : { ...object, pod }];
      }),
    );
  });
  return { objects, problems };
}

function objectOf(value: Fields, place: Place): StoredObject {
  const { apiVersion, kind, metadata } = value;
  const { name, namespace = "default" } = metadata;
  const isNamespaced = metadata.namespace !== undefined;
  return {
    apiVersion,
    kind,
    namespace,
    name,
    isNamespaced,
    value: { ...value, metadata: { ...metadata, namespace } },
    place,
  };
}

interface ValidObject {
  readonly fields: Fields;
  readonly pod?: Pod;
}

/** Returns the valid objects of a document, and whether each is an item of a List. */
function valuesOf(text: string, nodeName: string): readonly (ValidObject & { readonly isItem: boolean })[] {
  try {
    const document = parseYaml(text)?.value ?? null;
    if (document === null) return [];
    return itemsOf(document).flatMap(([path, value]) => {
      const object = validObject(value, nodeName);
      return object === undefined ? [] : [{ ...object, isItem: path.length > 0 }];
    });
  } catch {
    // parseManifests has told of it.
    return [];
  }
}

function validObject(value: unknown, nodeName: string): ValidObject | undefined {
  try {
    const parsed = parseManifest(value, nodeName);
    const fields = value as Fields;
    if ("pod" in parsed) return { fields, pod: parsed.pod };
    if (fields.kind !== "Secret" || !("data" in parsed && "data" in parsed.data.value)) return { fields };
    const { stringData: _, ...rest } = fields;
    return { fields: { type: "Opaque", ...rest, data: parsed.data.value.data } };
  } catch {
    return undefined;
  }
}
