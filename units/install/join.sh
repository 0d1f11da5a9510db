# Joins a cluster right after the installation, with the options of unitlet join.
# shellcheck shell=sh disable=SC2154,SC2034

join_options='' join_token=''

# add_join_option WORD…
add_join_option() {
	for word in "$@"; do
		join_options="$join_options '$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'"
	done
}

# unitlet join stores the values of --host-files and --pod-network in a file of its own, which overrides the settings of install.sh.
check_join_options() {
	choose_pod_network
	if [ -n "$host_files" ]; then
		if [ -n "$join_options$join_token" ]; then add_join_option --host-files "$host_files"; else add_setting "hostFiles=$host_files"; fi
	fi
	[ -n "$join_options$join_token" ] || return 0
	[ -z "$kubeconfig" ] || die "--kubeconfig: its file already has the identity of a node. Give either --kubeconfig, or --server or --bootstrap-kubeconfig"
	[ -z "$DESTDIR" ] || die "DESTDIR: a tree of files cannot join a cluster"
	! has_join_option --bootstrap-kubeconfig || return 0
	has_join_option --server || die "--server is missing: give the URL of the API server"
	[ -n "$join_token" ] || has_join_option --token || has_join_option --token-file || die "the token is missing: give --token-file FILE"
	has_join_option --ca-cert-hash || has_join_option --ca-file || has_join_option --unsafe-skip-ca-verification ||
		die "the cluster's CA is unknown: give --ca-cert-hash sha256:HEX or --ca-file FILE"
}

# The first join with a kubeconfig is one to the cluster's network, as that of unitlet join. Later ones, and upgrades, change nothing.
choose_pod_network() {
	case $pod_network in
	'' | host | bridge | cni) ;;
	*) die "--pod-network $pod_network: expected host, bridge or cni" ;;
	esac
	if [ -n "$pod_network" ]; then
		if [ -n "$join_options$join_token" ]; then add_join_option --pod-network "$pod_network"; else add_setting "podNetwork=$pod_network"; fi
	elif [ -n "$kubeconfig" ] && ! has_joined && ! has_setting podNetwork; then
		add_setting podNetwork=cni
	fi
}

# has_joined: whether this host is a node, or was one and has kept its containers (unitlet leave --keep).
has_joined() { [ -e "$config/kubeconfig" ] || [ -e "$DESTDIR/var/lib/unitlet/joined" ]; }

# has_setting KEY: whether an option or a file has it.
has_setting() {
	[ -z "$(config_value "$1")" ] || return 0
	grep -qs "^ *$1 *=" "$config/unitlet.conf" "$config"/unitlet.conf.d/*.conf
}

has_join_option() {
	case $join_options in
	*"'$1'"*) ;;
	*) return 1 ;;
	esac
}

# Called before the timer starts, so that no run handles this host as a standalone one. The token is passed on standard
# input, since every user can read the arguments of a process.
join_cluster() {
	[ -n "$join_options$join_token" ] || return 0
	systemctl daemon-reload
	show=''
	[ "$output" = text ] || show=--$output
	case $join_token in
	'') eval "\"\$command\" join $show $join_options" ;;
	*) printf '%s\n' "$join_token" | eval "\"\$command\" join $show --token - $join_options" ;;
	esac || die "unitlet is installed, but this host has not joined the cluster. To continue, run the same command again, or unitlet join"
	check_config
}
