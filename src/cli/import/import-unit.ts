import { Directives, type Judge } from "./directives.ts";
import { ImportError, type Imported, withoutEmpty } from "./manifest.ts";
import { label } from "./names.ts";
import { importContainer } from "./quadlet.ts";
import { podmanReason, quadletReason } from "./quadlet-reasons.ts";
import { type ReadUnit, readUnit } from "./read-unit.ts";
import { reasonFor } from "./reasons.ts";
import { importService } from "./service.ts";

/** Sections of a unit by name. */
type Sections = Readonly<Record<"Unit" | "Service" | "Container" | "Install", Directives>>;

/**
 * Returns the Pod manifest of a service unit, or of a `.container` file of Podman's Quadlet. `text` has the unit with its
 * drop-ins after it. Throws ImportError or UnitSyntaxError.
 */
export function importUnit(name: string, text: string): Imported {
  const unit = readUnit(name, text);
  checkKind(unit);
  const of = (section: string) => new Directives(unit.sections.get(section) ?? new Map());
  const sections = { Unit: of("Unit"), Service: of("Service"), Container: of("Container"), Install: of("Install") };
  const isQuadlet = unit.sections.has("Container");
  const podName = nameOf(unit);
  const pod = isQuadlet
    ? importContainer(sections.Container, sections.Service, podName)
    : importService(sections.Service, unit.name, podName);
  const description = sections.Unit.last("Description");
  const metadata = {
    name: podName,
    labels: { "app.kubernetes.io/name": podName },
    annotations: {
      ...(description === undefined ? {} : { "kubernetes.io/description": description }),
      ...pod.annotations,
    },
  };
  return {
    manifest: { apiVersion: "v1", kind: "Pod", metadata: withoutEmpty(metadata), spec: withoutEmpty(pod.spec) },
    notes: [...specifierNotes(unit), ...sectionNotes(unit, sections)],
  };
}

function checkKind({ name, sections }: ReadUnit): void {
  if (/@\.[a-z]+$/.test(name))
    throw new ImportError(`${name} is a template: name an instance, such as ${name.replace("@.", "@example.")}`);
  if (sections.has("Container") || sections.has("Service")) return;
  if (sections.has("Timer"))
    throw new ImportError(
      `${name} is a timer: import its service. A Pod has no times: write a CronJob with its container, or keep the timer`,
    );
  throw new ImportError(`${name} has neither a section [Service] nor a section [Container]`);
}

/** Returns the name of the pod, which is also that of its container. */
function nameOf({ name }: ReadUnit): string {
  return label(name.replace(/\.[a-z]+$/, ""));
}

function specifierNotes({ unknownSpecifiers }: ReadUnit): readonly string[] {
  return unknownSpecifiers.map((specifier) => `${specifier}: the host decides it. Write its value in the manifest`);
}

function sectionNotes(unit: ReadUnit, sections: Sections): readonly string[] {
  const isQuadlet = unit.sections.has("Container");
  const judges: Readonly<Record<string, Judge>> = isQuadlet ? { Service: podmanReason, Container: quadletReason } : {};
  const known = Object.entries(sections).flatMap(([name, directives]) =>
    directives.notes(judges[name] ?? ((key, value) => reasonFor(key, value))),
  );
  const others = [...unit.sections.keys()].filter((name) => !Object.hasOwn(sections, name) && !name.startsWith("X-"));
  return [...known, ...others.map((name) => `[${name}]: a pod has no such section`)];
}
