# Installs files. Only files that differ are replaced, each by one rename, so that a present run continues with the old ones.
# shellcheck shell=sh disable=SC2154,SC2034

# systemd looks for units below /usr/local and /usr; a package elsewhere has to use /etc.
case $PREFIX in
/usr | /usr/local) unit_directory=$DESTDIR$PREFIX/lib/systemd/system ;;
*) unit_directory=$DESTDIR/etc/systemd/system ;;
esac
programs=$DESTDIR$PREFIX/lib/unitlet
command=$DESTDIR$PREFIX/bin/unitlet
config=$DESTDIR/etc/unitlet
manifest=$top/units/install/manifest
changed=''

# place FILE INTO MODE: installs a file, and adds its name to `changed` when it differs.
place() {
	if ! cmp -s "$1" "$2"; then
		mkdir -p "${2%/*}"
		(umask 077 && cp "$1" "$2.new")
		mv "$2.new" "$2"
		changed="$changed ${2##*/}"
	fi
	chmod "$3" "$2"
}

# place_text FILE INTO MODE: the same for a text that contains the path of the programs.
place_text() {
	text=$(mktemp)
	sed "s|/usr/local/lib/unitlet|$PREFIX/lib/unitlet|g" "$1" >"$text"
	place "$text" "$2" "$3"
	rm -f "$text"
}

place_programs() {
	[ -n "$DESTDIR" ] || [ ! -d "$programs.versions" ] || end_upgrade
	place "$node" "$programs/node" 755
	for bundle in "$dist"/*.cjs; do
		place "$bundle" "$programs/${bundle##*/}" 644
	done
	for bundle in "$programs"/*.cjs; do
		[ -e "$dist/${bundle##*/}" ] || rm -f "$bundle"
	done
	while read -r kind file mode _; do
		case $kind in
		command) place_text "$top/units/$file" "$command" "$mode" ;;
		helper) place_text "$top/units/$file" "$programs/${file##*/}" "$mode" ;;
		unit) place_text "$top/units/$file" "$unit_directory/${file#systemd/}" "$mode" ;;
		esac
	done <"$manifest"
	# unitlet upgrade reads it.
	place "$manifest" "$programs/manifest" 644
}

# `unitlet upgrade` has this lock while it works. It would exchange the directory whose files are replaced here. What an upgrade that
# was interrupted has left would be put over these files.
end_upgrade() {
	exec 8<"$programs.versions"
	flock -n 8 || die "unitlet upgrade is at work on this host: repeat this when it has ended. Nothing was changed"
	systemctl stop unitlet-upgrade.service 2>/dev/null || :
	[ ! -e "$programs.versions/pending" ] || sh "$programs.versions/switch-version" end ||
		die "an upgrade was interrupted, and could not be undone: see the message above. Nothing was changed"
}

place_config() {
	mkdir -p "$config/unitlet.conf.d" "$config/manifests" "$config/images"
	[ -e "$config/unitlet.conf" ] || place "$top/units/systemd/unitlet.conf" "$config/unitlet.conf" 644
	[ -z "$kubeconfig" ] || place "$kubeconfig" "$config/kubeconfig" 600
	[ -z "$settings" ] || place_settings "$config/unitlet.conf.d/50-install.conf"
}

# The manifests may have Secrets, and the images may be private. Archives in the directory of images are imported at the end.
place_bundle() {
	[ -n "$bundle_file" ] || return 0
	for each in "$bundle_file"/bundle/manifests/*; do
		[ ! -e "$each" ] || place "$each" "$config/manifests/${each##*/}" 600
	done
	for each in "$bundle_file"/bundle/images/*; do
		[ ! -e "$each" ] || place "$each" "$config/images/${each##*/}" 600
	done
}

import_images() {
	systemctl start --wait unitlet-images.service && return 0
	journalctl --unit=unitlet-images --lines=10 --output=cat --no-pager
	echo "unitlet status shows the reason. systemctl start unitlet-images tries again what has changed."
	return 1
}

# Stores the settings. Earlier settings remain, unless they are set again.
place_settings() {
	merged=$(mktemp)
	[ ! -e "$1" ] || cat "$1" >"$merged"
	[ -s "$merged" ] || echo "# Written by install.sh (--node-name, --set)." >"$merged"
	while read -r key value; do
		sed -i "/^$key *=/d" "$merged"
		echo "$key = $value" >>"$merged"
	done <<-SETTINGS
		$settings
	SETTINGS
	[ ! -e "$1" ] || cp -p "$1" "$1.before"
	place "$merged" "$1" 644
	rm -f "$merged"
}

# Prints the value of a setting that was given to install.sh by --set.
config_value() {
	printf '%s\n' "$settings" | sed -n "s/^$1 //p"
}

check_config() {
	written=$config/unitlet.conf.d/50-install.conf
	if [ -n "$DESTDIR" ] || verdict=$("$command" check-config 2>&1); then
		rm -f "$written.before"
		say "${verdict:-All files are below $DESTDIR; nothing is started.}"
		return 0
	fi
	[ -n "$settings" ] || die "the configuration is invalid, and nothing was started: $verdict"
	if [ -e "$written.before" ]; then mv "$written.before" "$written"; else rm -f "$written"; fi
	die "these settings are invalid, so they were not stored: $verdict"
}
