# The objects of kubeadm that hosts need to join a new cluster with a token.
# shellcheck shell=sh disable=SC2154

make_bootstrap_objects() {
	bootstrap_objects | KUBECACHEDIR=$dir/kubectl-cache "$(program kubectl)" --kubeconfig="$dir/admin.kubeconfig" apply -f - >"$dir/log/bootstrap" 2>&1 ||
		die "cannot make what joining needs: $(cat "$dir/log/bootstrap")"
}

bootstrap_objects() {
	cat <<MANIFEST
apiVersion: v1
kind: ConfigMap
metadata: {name: cluster-info, namespace: kube-public}
data:
  kubeconfig: |
    apiVersion: v1
    kind: Config
    clusters:
    - name: ""
      cluster:
        server: $(api_url)
        certificate-authority-data: $(base64 -w 0 <"$pki/ca.crt")
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: "kubeadm:bootstrap-signer-clusterinfo", namespace: kube-public}
rules:
- {verbs: [get], apiGroups: [""], resources: [configmaps], resourceNames: [cluster-info]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: "kubeadm:bootstrap-signer-clusterinfo", namespace: kube-public}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "kubeadm:bootstrap-signer-clusterinfo"}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:anonymous"}]
MANIFEST
	bind_cluster_role kubeadm:kubelet-bootstrap system:node-bootstrapper "$bootstrappers"
	bind_cluster_role kubeadm:node-autoapprove-bootstrap system:certificates.k8s.io:certificatesigningrequests:nodeclient "$bootstrappers"
	bind_cluster_role kubeadm:node-autoapprove-certificate-rotation system:certificates.k8s.io:certificatesigningrequests:selfnodeclient system:nodes
}

bootstrappers=system:bootstrappers:kubeadm:default-node-token

# bind_cluster_role NAME ROLE GROUP
bind_cluster_role() {
	cat <<MANIFEST
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "$1"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "$2"}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "$3"}]
MANIFEST
}
