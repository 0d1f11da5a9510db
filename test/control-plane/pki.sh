# A certificate authority on P-256, and the certificates that it signs for the cluster, for nodes and for tests.
# shellcheck shell=sh disable=SC2154

pki=$dir/pki

make_pki() {
	mkdir -p "$pki"
	(
		umask 077
		openssl_quiet req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=unitlet-test-ca -keyout "$pki/ca.key" -out "$pki/ca.crt"
		openssl_quiet genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$pki/service-accounts.key"
		openssl_quiet pkey -in "$pki/service-accounts.key" -pubout -out "$pki/service-accounts.pub"
	)
	# shellcheck disable=SC2046
	sign apiserver /CN=kube-apiserver "$(alternative_names $(server_names))"
	sign kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
	sign front-proxy /CN=front-proxy
	sign admin /O=system:masters/CN=admin
	sign controller-manager /CN=system:kube-controller-manager
	sign scheduler /CN=system:kube-scheduler
}

openssl_quiet() {
	openssl "$@" 2>"$dir/log/openssl" || die "openssl $1 failed: $(cat "$dir/log/openssl")"
}

# sign NAME SUBJECT [ALTERNATIVE NAMES]: pki/NAME.crt and pki/NAME.key
sign() {
	usage='extendedKeyUsage=clientAuth,serverAuth\nkeyUsage=digitalSignature\n'
	# shellcheck disable=SC2059
	printf "$usage${3:+subjectAltName=$3\n}" >"$pki/$1.extensions"
	(
		umask 077
		openssl_quiet req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$pki/$1.key" -out "$pki/$1.csr"
	)
	openssl_quiet x509 -req -days 30 -in "$pki/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -extfile "$pki/$1.extensions" -out "$pki/$1.crt"
	rm "$pki/$1.csr" "$pki/$1.extensions"
}

# Machines on a private network reach this host at the last two addresses (test/machine/net.sh).
server_names() {
	echo localhost kubernetes kubernetes.default kubernetes.default.svc 10.96.0.1 10.203.0.1 fd75:6e69:74::1
	ip -o addr show | awk '{ sub(/\/.*/, "", $4); print $4 }'
}

alternative_names() {
	for name in "$@"; do
		case $name in
		*:* | *[0-9].[0-9]*) echo "IP:$name" ;;
		*) echo "DNS:$name" ;;
		esac
	done | sort -u | paste -s -d ,
}

# Makes a client certificate. Prints the path without the suffixes .crt and .key.
node_certificate() {
	case $1 in
	'' | *[!a-z0-9.-]*) die "bad node name '$1': use lower-case letters, digits, dots and dashes" ;;
	esac
	sign "node-$1.$$" "/O=system:nodes/CN=system:node:$1"
	echo "$pki/node-$1.$$"
}

serving_certificate() {
	into=$1
	shift
	mkdir -p "$into"
	sign "serving.$$" "/CN=$1" "$(alternative_names "$@")"
	mv "$pki/serving.$$.crt" "$into/tls.crt"
	mv "$pki/serving.$$.key" "$into/tls.key"
}
