# The ports, the start and the end of the four processes.
# shellcheck shell=sh disable=SC2154

api_url() {
	echo "https://127.0.0.1:$(api_port)"
}

# Prints the first of five consecutive ports: API server, controller manager, scheduler, etcd, etcd's peers.
api_port() {
	cat "$dir/port"
}

# Chooses ports below 32768, because outgoing connections take ports from there on.
choose_ports() {
	port=26443
	[ -z "$release" ] || port=28443
	while ss -Htln | grep -qE ":($port|$((port + 1))|$((port + 2))|$((port + 3))|$((port + 4))) "; do
		port=$((port + 10))
		[ "$port" -lt 32000 ] || die "no five free ports in a row between 26443 and 32000"
	done
	echo "$port" >"$dir/port"
}

start() {
	name=$1
	shift
	env -i PATH="$PATH" HOME="$dir" setsid "$(program "$name")" "$@" >>"$dir/log/$name" 2>&1 </dev/null 8>&- 9>&- &
	process_record $! >"$dir/pid/$name" || die "$name does not start: $(tail -n 5 "$dir/log/$name")"
}

pid_of() {
	recorded_pid "$dir/pid/$1" || die "$1 does not run. Its log ends: $(tail -n 5 "$dir/log/$1")"
}

is_running() {
	[ -e "$dir/pid/$1" ] && recorded_pid "$dir/pid/$1" >/dev/null
}

# Kills a process: its data is discarded, and a frozen process would not handle SIGTERM.
stop() {
	! is_running "$1" || kill -KILL "$(pid_of "$1")"
	until_true 60 has_stopped "$1" || die "cannot kill $1"
	rm -f "$dir/pid/$1"
}

has_stopped() {
	! is_running "$1"
}

is_up() {
	for name in etcd kube-apiserver kube-controller-manager kube-scheduler; do
		is_running "$name" || return 1
	done
	# A busy control plane must not be replaced, because other tests use it.
	until_true 60 is_ready
}

start_all() {
	start_etcd
	start_apiserver
	start_controller_manager
	start kube-scheduler --kubeconfig="$dir/scheduler.kubeconfig" --leader-elect=false --bind-address=127.0.0.1 --secure-port="$(($(api_port) + 2))"
	until_true 120 has_default_account || die "no default service account appears: $(tail -n 5 "$dir/log/kube-controller-manager")"
	make_bootstrap_objects
}

start_etcd() {
	client=http://127.0.0.1:$(($(api_port) + 3)) peer=http://127.0.0.1:$(($(api_port) + 4))
	start etcd --data-dir="$dir/etcd" --unsafe-no-fsync --listen-client-urls="$client" --advertise-client-urls="$client" \
		--listen-peer-urls="$peer" --initial-advertise-peer-urls="$peer" --initial-cluster="default=$peer"
}

# The advertised address must not be a loopback address. Machines on a private network reach this host at 10.203.0.1.
start_apiserver() {
	! is_running kube-apiserver || return 0
	start kube-apiserver --etcd-servers="http://127.0.0.1:$(($(api_port) + 3))" --secure-port="$(api_port)" --bind-address="$(any_address)" \
		--advertise-address=10.203.0.1 --service-cluster-ip-range=10.96.0.0/16 --allow-privileged \
		--tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
		--token-auth-file="$dir/tokens.csv" --enable-bootstrap-token-auth --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
		--kubelet-client-certificate="$pki/kubelet-client.crt" --kubelet-client-key="$pki/kubelet-client.key" --kubelet-certificate-authority="$pki/ca.crt" \
		--kubelet-preferred-address-types=InternalIP,Hostname \
		--proxy-client-cert-file="$pki/front-proxy.crt" --proxy-client-key-file="$pki/front-proxy.key" \
		--requestheader-client-ca-file="$pki/ca.crt" --requestheader-allowed-names=front-proxy \
		--requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
		--service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/service-accounts.pub" --service-account-signing-key-file="$pki/service-accounts.key"
	until_true 120 is_ready || die "the API server is not ready: $(tail -n 5 "$dir/log/kube-apiserver")"
}

any_address() {
	if [ -e /proc/net/if_inet6 ]; then
		echo ::
	else
		echo 0.0.0.0
	fi
}

start_controller_manager() {
	start kube-controller-manager --controllers="*,bootstrap-signer-controller,token-cleaner-controller" --kubeconfig="$dir/controller-manager.kubeconfig" --leader-elect=false --bind-address=127.0.0.1 --secure-port="$(($(api_port) + 1))" \
		--use-service-account-credentials --kube-api-qps=500 --kube-api-burst=1000 \
		--service-account-private-key-file="$pki/service-accounts.key" --root-ca-file="$pki/ca.crt" \
		--cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key"
}

is_ready() {
	api_get /readyz
}

has_default_account() {
	is_running kube-controller-manager || die "kube-controller-manager ended: $(tail -n 5 "$dir/log/kube-controller-manager")"
	api_get /api/v1/namespaces/default/serviceaccounts/default && api_get /api/v1/namespaces/default/configmaps/kube-root-ca.crt
}

api_get() {
	is_running kube-apiserver || die "kube-apiserver ended: $(tail -n 5 "$dir/log/kube-apiserver")"
	curl -q --noproxy '*' -sf -m 10 -o "$dir/log/answer" --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "$(api_url)$1"
}

down() {
	for name in kube-scheduler kube-controller-manager kube-apiserver etcd; do
		[ ! -e "$dir/pid/$name" ] || stop "$name"
	done
	rm -rf "${dir:?}"
	rmdir "$state" 2>/dev/null || :
}
