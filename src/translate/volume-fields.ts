import { is, type Row, rejected } from "./field-row.ts";

const STORAGE = rejected(
  "is storage that this node cannot mount",
  "mount it on the host and use a hostPath, or a persistentVolumeClaim of a local or nfs volume",
);

/** Kinds of volumes, and what may be said of each. */
export const VOLUME_FIELDS: Readonly<Record<string, Row>> = {
  name: "supported",
  configMap: "supported",
  secret: "supported",
  downwardAPI: "supported",
  "projected.defaultMode": "supported",
  "projected.sources[].configMap": "supported",
  "projected.sources[].secret": "supported",
  "projected.sources[].downwardAPI": "supported",
  "projected.sources[].serviceAccountToken": "supported",
  "projected.sources[].clusterTrustBundle.name": "supported",
  "projected.sources[].clusterTrustBundle.path": "supported",
  "projected.sources[].clusterTrustBundle.optional": "supported",
  "projected.sources[].clusterTrustBundle.signerName": rejected(
    "is a choice by signer, which this version of unitlet cannot make",
    "name the bundle in clusterTrustBundle.name",
  ),
  "projected.sources[].clusterTrustBundle.labelSelector": rejected(
    "is a choice by labels, which this version of unitlet cannot make",
    "name the bundle in clusterTrustBundle.name",
  ),
  "projected.sources[].podCertificate": rejected(
    "asks for a certificate, which this version of unitlet requests for no pod",
    "use a serviceAccountToken, or a Secret with a certificate",
  ),
  "emptyDir.medium": rejected(
    "names a medium that this node does not have",
    "leave it out for the disk, or set it to Memory",
    is("Memory"),
  ),
  "emptyDir.sizeLimit": "supported",
  hostPath: "supported",
  persistentVolumeClaim: "supported",
  ephemeral: "supported",
  nfs: "supported",
  image: rejected(
    "asks for the files of an image, which this version of unitlet cannot give",
    "put the files on the host",
  ),
  csi: rejected("asks for a CSI driver, and this node has none"),
  gitRepo: rejected("is not provided by any current node", "clone it in an init container into an emptyDir"),
  flexVolume: rejected("asks for a driver, and this node has none"),
  awsElasticBlockStore: STORAGE,
  azureDisk: STORAGE,
  azureFile: STORAGE,
  cephfs: STORAGE,
  cinder: STORAGE,
  fc: STORAGE,
  flocker: STORAGE,
  gcePersistentDisk: STORAGE,
  glusterfs: STORAGE,
  iscsi: STORAGE,
  photonPersistentDisk: STORAGE,
  portworxVolume: STORAGE,
  quobyte: STORAGE,
  rbd: STORAGE,
  scaleIO: STORAGE,
  storageos: STORAGE,
  vsphereVolume: STORAGE,
};
