import { ANNOTATIONS } from "../../src/translate/annotations/table.ts";
import { fence, GENERATED_MARK } from "./markdown.ts";

const HEAD = `# Annotations

An annotation \`unitlet.dev/NAME\` requests a feature of systemd for which Kubernetes has no field.

- \`unitlet.dev/NAME\` applies to all containers of the pod. \`unitlet.dev/NAME.CONTAINER\` applies to one container and takes precedence.
- A pod with an unknown annotation below \`unitlet.dev/\` or an invalid value is rejected. The message names the annotation and the expected value.
- A changed value in a running pod restarts the container. \`auto-update\` restarts none when it is added. When it is removed after an update, the container restarts on the same image.
- \`start-after\`, \`notify\`, \`watchdog\`, \`listen\` and \`user\` are for containers on the host's own files.

With \`dropIns = keep\` in the [configuration](configuration.md#dropins), drop-ins that an administrator adds to a container's unit stay: \`systemctl edit unitlet.NAMESPACE.POD.CONTAINER\`.`;

/** Returns docs/annotations.md: a heading for each annotation. */
export function annotationsPage(): string {
  const sections = Object.entries(ANNOTATIONS).map(([name, { example, effect, expected }]) =>
    [
      `## unitlet.dev/${name}`,
      sentence(effect),
      `Value: ${expected.replaceAll("[", "\\[")}.`,
      fence("yaml", `metadata:\n  annotations:\n    unitlet.dev/${name}: "${example}"`),
    ].join("\n\n"),
  );
  return [GENERATED_MARK, HEAD, ...sections].join("\n\n");
}

function sentence(text: string): string {
  const [first = "", ...rest] = text;
  return `${/^[a-z]{3,}\b(?!=)/.test(text) ? first.toUpperCase() : first}${rest.join("")}.`;
}
