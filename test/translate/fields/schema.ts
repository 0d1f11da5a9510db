import * as models from "@kubernetes/client-node";

/** One field of a pod's spec, as `FIELDS` spells it. */
export interface Field {
  readonly path: string;
  /** "string", "number", "boolean", "Date", a map, or a model of the client. */
  readonly type: string;
}

type Model = { getAttributeTypeMap(): readonly { readonly baseName: string; readonly type: string }[] };

function modelOf(type: string): Model | undefined {
  const model = (models as Readonly<Record<string, unknown>>)[type];
  return typeof model === "function" && "getAttributeTypeMap" in model ? (model as unknown as Model) : undefined;
}

/** Every field below `path`, as far down as `isKnown` wants to go, from the models that the client was generated with. */
export function fieldsBelow(type: string, path: string, isKnown: (path: string) => boolean): Field[] {
  const model = modelOf(type);
  if (model === undefined) return [{ path, type }];
  return model.getAttributeTypeMap().flatMap(({ baseName, type: of }) => {
    const item = /^Array<(.*)>$/.exec(of)?.[1];
    const plain = `${path}.${baseName}`;
    if (isKnown(plain)) return [{ path: plain, type: of }];
    const below = item === undefined ? plain : `${plain}[]`;
    return isKnown(below) ? [{ path: below, type: item ?? of }] : fieldsBelow(item ?? of, below, isKnown);
  });
}

/** Whether the schema has a field of that path, however deep. */
export function isField(path: string): boolean {
  let type: string | undefined = "V1Pod";
  for (const step of path.split(".")) {
    const name = step.replace("[]", "");
    const of: string | undefined = modelOf(type)
      ?.getAttributeTypeMap()
      .find(({ baseName }) => baseName === name)?.type;
    if (of === undefined) return false;
    type = step.endsWith("[]") ? of.replace(/^Array<(.*)>$/, "$1") : of;
  }
  return true;
}
