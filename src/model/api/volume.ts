import type { FieldRef, ResourceFieldRef } from "./env-var.ts";
import type { NodeSelectorTerm } from "./node-selector.ts";

/** A volume of a kind that this version provides. Other kinds stay on the object, and the pod is rejected. */
export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly configMap?: {
    readonly name: string;
    readonly optional?: boolean;
    readonly defaultMode?: number;
    readonly items?: readonly KeyToPath[];
  };
  readonly secret?: {
    readonly secretName: string;
    readonly optional?: boolean;
    readonly defaultMode?: number;
    readonly items?: readonly KeyToPath[];
  };
  readonly downwardAPI?: { readonly defaultMode?: number; readonly items?: readonly DownwardFile[] };
  readonly projected?: { readonly defaultMode?: number; readonly sources?: readonly ProjectedSource[] };
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly ephemeral?: object;
  readonly nfs?: NfsSource;
  readonly image?: { readonly reference?: string; readonly pullPolicy?: string };
}

export interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

export interface DownwardFile {
  readonly path: string;
  readonly mode?: number;
  readonly fieldRef?: FieldRef;
  readonly resourceFieldRef?: ResourceFieldRef;
}

/** Exactly one field is set. */
export interface ProjectedSource {
  readonly serviceAccountToken?: TokenProjection;
  readonly configMap?: ObjectProjection;
  readonly secret?: ObjectProjection;
  readonly downwardAPI?: { readonly items?: readonly DownwardFile[] };
  readonly clusterTrustBundle?: { readonly name?: string; readonly path: string; readonly optional?: boolean };
}

export interface TokenProjection {
  readonly path: string;
  readonly audience?: string;
  readonly expirationSeconds?: number;
}

export interface ObjectProjection {
  readonly name: string;
  readonly optional?: boolean;
  readonly items?: readonly KeyToPath[];
}

export interface NfsSource {
  readonly server: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

export interface PersistentVolumeClaim {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[];
  };
  readonly spec?: { readonly volumeName?: string; readonly volumeMode?: string };
  readonly status?: { readonly phase?: string };
  /** The claim is this directory of a standalone node. Undefined: a cluster binds it to a volume. */
  readonly directory?: ClaimDirectory;
}

export interface ClaimDirectory {
  readonly path: string;
  /** What the claim asks for and does not get, in words; undefined: nothing. */
  readonly lacks?: string;
}

export interface PersistentVolume {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly accessModes?: readonly string[];
    readonly mountOptions?: readonly string[];
    readonly volumeMode?: string;
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
    readonly local?: { readonly path: string };
    readonly hostPath?: { readonly path: string; readonly type?: string };
    readonly nfs?: NfsSource;
    readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] } };
  };
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly recursiveReadOnly?: string;
  readonly mountPropagation?: string;
  readonly subPath?: string;
  readonly subPathExpr?: string;
}
