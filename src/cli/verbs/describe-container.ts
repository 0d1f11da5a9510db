import type { EnvVar } from "../../model/api/env-var.ts";
import type { Container, ContainerState, ContainerStatus } from "../../model/api/pod.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import type { PodUnit } from "./pod-units.ts";
import { type Line, listLines } from "./sheet.ts";

/** Returns the lines of the containers of one kind; none without containers. */
export function containerLines(
  title: string,
  containers: readonly Container[] = [],
  statuses: readonly ContainerStatus[] = [],
  units: readonly PodUnit[] = [],
): readonly Line[] {
  if (containers.length === 0) return [];
  return [
    [0, `${title}:`],
    ...containers.flatMap((container): Line[] => {
      const status = statuses.find(({ name }) => name === container.name);
      const unit = units.find((each) => each.container === container.name && isService(each));
      return [
        [1, `${container.name}:`],
        ...(unit ? [[2, "Unit", unit.name] as const] : []),
        ...specLines(container),
        ...statusLines(status),
        ...environmentLines(container),
        ...listLines(2, "Mounts", mountsOf(container)),
      ];
    }),
  ];
}

/** The units of the image and of sockets of a container also name it. */
function isService({ name }: PodUnit): boolean {
  return !name.startsWith("unitlet-") && name.endsWith(".service");
}

function specLines({ image, command, args, ports = [], resources = {} }: Container): readonly Line[] {
  const words = (list: readonly string[]) => list.map((word) => word.replaceAll("\n", "\\n"));
  const quantities = (name: string, values: Readonly<Record<string, string>> = {}) => {
    const pairs = Object.entries(values).map(([key, value]) => `${key}: ${value}`);
    return pairs.length === 0 ? [] : listLines(2, name, pairs);
  };
  return [
    [2, "Image", redactCredentials(image ?? "")],
    ...listLines(
      2,
      "Ports",
      ports.map(({ containerPort, protocol = "TCP" }) => `${containerPort}/${protocol}`),
    ),
    ...(command ? listLines(2, "Command", words(command)) : []),
    ...(args ? listLines(2, "Args", words(args)) : []),
    ...quantities("Limits", resources.limits),
    ...quantities("Requests", resources.requests),
  ];
}

function statusLines(status: ContainerStatus | undefined): readonly Line[] {
  if (status === undefined) return [[2, "State", "<none>"]];
  const { containerID, imageID, state, lastState, ready, restartCount } = status;
  return [
    ...(containerID ? [[2, "Container ID", containerID] as const] : []),
    ...(imageID ? [[2, "Image ID", imageID] as const] : []),
    ...stateLines("State", state),
    ...(lastState?.terminated ? stateLines("Last State", lastState) : []),
    [2, "Ready", ready ? "True" : "False"],
    [2, "Restart Count", String(restartCount)],
  ];
}

function stateLines(title: string, { running, waiting, terminated }: ContainerState): readonly Line[] {
  if (running)
    return [
      [2, title, "Running"],
      [3, "Started", running.startedAt],
    ];
  if (terminated) {
    const { reason, message, exitCode, signal, startedAt, finishedAt } = terminated;
    return [
      [2, title, "Terminated"],
      ...(reason ? [[3, "Reason", reason] as const] : []),
      ...(message ? [[3, "Message", message.trimEnd().replaceAll("\n", " ")] as const] : []),
      [3, "Exit Code", String(exitCode)],
      ...(signal ? [[3, "Signal", String(signal)] as const] : []),
      [3, "Started", startedAt],
      [3, "Finished", finishedAt],
    ];
  }
  return [
    [2, title, "Waiting"],
    ...(waiting?.reason ? [[3, "Reason", waiting.reason] as const] : []),
    ...(waiting?.message ? [[3, "Message", waiting.message.replaceAll("\n", " ")] as const] : []),
  ];
}

function environmentLines({ env = [], envFrom = [] }: Container): readonly Line[] {
  const from = envFrom.flatMap(({ configMapRef, secretRef }) => [
    ...(configMapRef ? [`all of ConfigMap ${configMapRef.name}`] : []),
    ...(secretRef ? [`all of Secret ${secretRef.name}`] : []),
  ]);
  return listLines(2, "Environment", [...from, ...env.map((each) => `${each.name}=${variableText(each)}`)]);
}

function variableText({ value = "", valueFrom }: EnvVar): string {
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = valueFrom ?? {};
  if (secretKeyRef) return `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name}'>`;
  if (configMapKeyRef) return `<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name}'>`;
  if (fieldRef) return `(${fieldRef.fieldPath})`;
  return resourceFieldRef ? `(${resourceFieldRef.resource})` : value.replaceAll("\n", "\\n");
}

function mountsOf({ volumeMounts = [] }: Container): string[] {
  return volumeMounts.map(({ mountPath, name, readOnly }) => `${mountPath} from ${name} (${readOnly ? "ro" : "rw"})`);
}
