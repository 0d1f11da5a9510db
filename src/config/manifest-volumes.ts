import * as z from "zod";

// The schemas of the fields of variables and volumes that are read. A wrong type must be reported as a mistake of this
// manifest, because an error in a later stage would stop the other pods too.

const mode = z.int().min(0).max(0o777).optional();
const optional = z.boolean().optional();
const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: "expected a DNS label in lower case" });

const fieldRef = z.looseObject({ fieldPath: z.string() });
const resourceFieldRef = z.looseObject({
  containerName: z.string().optional(),
  resource: z.string(),
  divisor: z.union([z.string(), z.number()]).transform(String).optional(),
});
const keyRef = z.looseObject({ name: z.string(), key: z.string(), optional });
const objectRef = z.looseObject({ name: z.string(), optional });

export const EnvVarManifest = z.looseObject({
  name: z.string(),
  value: z.string({ error: "expected a string: put quotes around it" }).optional(),
  valueFrom: z
    .looseObject({
      fieldRef: fieldRef.optional(),
      resourceFieldRef: resourceFieldRef.optional(),
      configMapKeyRef: keyRef.optional(),
      secretKeyRef: keyRef.optional(),
      fileKeyRef: z.looseObject({ volumeName: label, path: z.string(), key: z.string(), optional }).optional(),
    })
    .optional(),
});

export const EnvFromManifest = z.looseObject({
  prefix: z.string().optional(),
  configMapRef: objectRef.optional(),
  secretRef: objectRef.optional(),
});

export const VolumeMountManifest = z.looseObject({
  name: z.string(),
  mountPath: z.string().min(1),
  readOnly: optional,
  recursiveReadOnly: z.string().optional(),
  mountPropagation: z.string().optional(),
  subPath: z.string().optional(),
  subPathExpr: z.string().optional(),
});

const items = z.array(z.looseObject({ key: z.string(), path: z.string(), mode })).optional();
const downwardAPI = z.looseObject({
  items: z
    .array(
      z.looseObject({
        path: z.string(),
        mode,
        fieldRef: fieldRef.optional(),
        resourceFieldRef: resourceFieldRef.optional(),
      }),
    )
    .optional(),
});
const token = z.looseObject({
  path: z.string(),
  audience: z.string().optional(),
  expirationSeconds: z.int().optional(),
});
const source = z.looseObject({
  serviceAccountToken: token.optional(),
  configMap: objectRef.extend({ items }).optional(),
  secret: objectRef.extend({ items }).optional(),
  downwardAPI: downwardAPI.optional(),
  clusterTrustBundle: z.looseObject({ name: z.string().optional(), path: z.string(), optional }).optional(),
});

export const VolumeManifest = z.looseObject({
  name: label,
  emptyDir: z.looseObject({ medium: z.string().optional(), sizeLimit: z.string().optional() }).optional(),
  hostPath: z.looseObject({ path: z.string().startsWith("/"), type: z.string().optional() }).optional(),
  configMap: objectRef.extend({ defaultMode: mode, items }).optional(),
  secret: z.looseObject({ secretName: z.string(), optional, defaultMode: mode, items }).optional(),
  downwardAPI: downwardAPI.extend({ defaultMode: mode }).optional(),
  projected: z.looseObject({ defaultMode: mode, sources: z.array(source).optional() }).optional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string(), readOnly: optional }).optional(),
  ephemeral: z.looseObject({}).optional(),
  nfs: z.looseObject({ server: z.string(), path: z.string(), readOnly: optional }).optional(),
});
