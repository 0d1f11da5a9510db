import type { Container } from "../../../src/model/api/pod.ts";
import type { Volume, VolumeMount } from "../../../src/model/api/volume.ts";

type MountOptions = Partial<VolumeMount>;

export const mount = (name: string, mountPath: string, options: MountOptions = {}): VolumeMount => ({
  name,
  mountPath,
  ...options,
});
export const hostPath = (name: string, path: string, type?: string): Volume => ({
  name,
  hostPath: { path, ...(type !== undefined && { type }) },
});

export const SHARED = { mountPropagation: "Bidirectional" } as const;
export const FOLLOWING = { mountPropagation: "HostToContainer" } as const;
export const READ_ONLY = { readOnly: true } as const;
export const PRIVILEGED = { privileged: true } as const;

/** A variable with a field of the pod. */
export const own = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
/** The handler of a probe or hook. */
export const exec = (...command: string[]) => ({ exec: { command } });

/** A container on an image, with a program of the image. */
export const container = (name: string, rest: Partial<Container> = {}): Container => ({
  name,
  image: "example.org/add-on:1",
  imagePullPolicy: "IfNotPresent",
  ...rest,
});
