/**
 * Returns a policy that denies a node's DELETE of a pod in this namespace once the API server has noted the grace period of 0.
 * It denies each dry run of a DELETE too, which shows when the API server has loaded it.
 */
export const deletePolicy = (name: string, namespace: string): readonly object[] => [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["pods"] }],
      },
      validations: [
        {
          expression:
            "!request.userInfo.username.startsWith('system:node:') || oldObject.metadata.deletionGracePeriodSeconds > 0",
          message: "no deletes",
        },
        { expression: "!request.dryRun", message: "no dry runs" },
      ],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  },
];
