# Kubeconfigs and tokens of the test cluster.
# shellcheck shell=sh disable=SC2154

# Makes tokens for node-1 to node-99 in advance, because the API server reads static tokens only when it starts.
make_tokens() {
	(
		umask 077
		salt=$(tr -d - </proc/sys/kernel/random/uuid)
		number=1
		while [ "$number" -lt 100 ]; do
			echo "$salt-$number,system:node:node-$number,node-$number,system:nodes"
			number=$((number + 1))
		done >"$dir/tokens.csv"
	)
}

node_token() {
	token=$(awk -F, -v user="system:node:$1" '$2 == user { print $1 }' "$dir/tokens.csv")
	[ -n "$token" ] || die "there is no token for node $1: only node-1 … node-99 have one"
	echo "$token"
}

make_kubeconfigs() {
	for name in admin controller-manager scheduler; do
		(
			umask 077
			kubeconfig "$(api_url)" certificate "$pki/$name" >"$dir/$name.kubeconfig"
		)
	done
}

# kubeconfig SERVER token TOKEN | SERVER certificate PATH-WITHOUT-ENDING
kubeconfig() {
	case $2 in
	token) user="{token: $3}" ;;
	certificate) user="{client-certificate-data: $(base64 -w 0 <"$3.crt"), client-key-data: $(base64 -w 0 <"$3.key")}" ;;
	esac
	cat <<KUBECONFIG
apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {server: "$1", certificate-authority-data: $(base64 -w 0 <"$pki/ca.crt")}
users:
- name: test
  user: $user
contexts:
- name: test
  context: {cluster: test, user: test}
current-context: test
KUBECONFIG
}
