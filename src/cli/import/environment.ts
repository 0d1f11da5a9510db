import type { EnvVar } from "../../model/api/env-var.ts";
import { execWords } from "../../translate/deb/exec-words.ts";
import { literal, type Variables } from "./commands.ts";
import type { Directives } from "./directives.ts";

/** Reads Environment= and EnvironmentFile=. `directories` are the variables by which systemd passes directories. */
export function readVariables(service: Directives, directories: ReadonlyMap<string, string>): Variables {
  const values = new Map(directories);
  for (const [name, value] of assignments(service)) values.set(name, value);
  const files = service.all("EnvironmentFile").flatMap((value) => {
    if (/^-?\/[^*?[]+$/.test(value)) return [value];
    service.note("EnvironmentFile", "a shell cannot read such a path: name one file", value);
    return [];
  });
  if (files.length > 0)
    service.note(
      "EnvironmentFile",
      "the shell in command reads it as the container's user. Write single quotes around each value with blanks or signs of a shell, such as $",
      files.join("; "),
    );
  return { values, files };
}

function assignments(service: Directives): readonly (readonly [string, string])[] {
  return service.all("Environment").flatMap((line) => {
    const words = execWords(line)?.words;
    if (words === undefined) service.note("Environment", "systemd cannot read it", line);
    return (words ?? []).flatMap((word) => {
      const [, name, value = ""] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
      if (name === undefined) service.note("Environment", "is no assignment", word);
      return name === undefined ? [] : [[name, value] as const];
    });
  });
}

/** Returns the variables of the container. */
export function environment({ values }: Variables): readonly EnvVar[] {
  return [...values].map(([name, value]) => ({ name, value: literal(value) }));
}
