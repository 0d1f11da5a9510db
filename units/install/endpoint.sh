# The port of the kubelet API. Uses place.sh.
# shellcheck shell=sh disable=SC2154

port_file=$DESTDIR/etc/systemd/system/unitlet-api.socket.d/port.conf

# Prints the port of the configuration. As in the agent, the last file takes precedence.
port_setting() {
	cat "$config/unitlet.conf" "$config"/unitlet.conf.d/*.conf 2>/dev/null | sed -n 's/^[[:space:]]*kubeletPort[[:space:]]*=[[:space:]]*//p' | tail -n 1
}

# Writes the port for systemd, which listens. check-config rejects a value that is no port.
place_port() {
	port=$(port_setting)
	port=${port:-10250}
	if [ "$port" = 10250 ]; then
		[ ! -e "$port_file" ] || { rm "$port_file" && changed="$changed port.conf"; }
	else
		text=$(mktemp)
		printf '[Socket]\nListenStream=\nListenStream=%s\n' "$port" >"$text"
		place "$text" "$port_file" 644
		rm -f "$text"
	fi
	# The stored configuration of the runs lacks the settings of a new version.
	! has_changed schema.cjs || rm -f "$DESTDIR/run/unitlet/config.json"
}

# A standalone node needs no port. The process is stopped only when its files have changed, since its streams end with it.
start_endpoint() {
	case $verdict in
	*', joined to '*) ;;
	*)
		systemctl disable --quiet unitlet-api.socket
		stop_endpoint
		return
		;;
	esac
	for part in node run.cjs serve.cjs unitlet-api.service unitlet-api-helper.socket unitlet-api.socket port.conf; do
		! has_changed "$part" || { stop_endpoint && break; }
	done
	systemctl enable --quiet unitlet-api.socket
	# A run that starts the socket at the same time would cancel a stop, but not a restart.
	verb=start
	for part in unitlet-api.socket port.conf; do
		! has_changed "$part" || verb=restart
	done
	systemctl "$verb" unitlet-api.socket ||
		warn "kubectl logs and exec do not work on this node, because systemd cannot listen on port $port. If another kubelet uses it, choose another port with --set kubeletPort=NUMBER."
}

# A client or a run may start the process again while it stops; then the stop has failed.
stop_endpoint() {
	for _ in 1 2 3; do
		! systemctl --quiet stop unitlet-api.socket unitlet-api.service unitlet-api-helper.socket || break
	done
}
