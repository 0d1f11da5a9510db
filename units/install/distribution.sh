# What the families of distributions call packages, and how they install them. src/cli/checks/distribution.ts has the same names.
# shellcheck shell=sh

os_release=/etc/os-release ostree_mark=/run/ostree-booted

# Prints the family; nothing for an unknown distribution. On an ostree and a transactional host /usr is read-only.
family() {
	case " $(sed -n 's/^ID\(_LIKE\)\?=//p' "$os_release" 2>/dev/null | tr -d "\"'" | tr '\n' ' ') " in
	*" debian "* | *" ubuntu "*) echo debian ;;
	*" fedora "* | *" rhel "* | *" centos "*) if [ -e "$ostree_mark" ]; then echo ostree; else echo fedora; fi ;;
	*" suse "* | *" opensuse "*) if command -v transactional-update >/dev/null; then echo transactional; else echo suse; fi ;;
	*" arch "*) echo arch ;;
	esac
}

# how_to_get PACKAGE: prints the command that installs a package, which is given by its name in Debian.
how_to_get() {
	found=$(family)
	case $found:$1 in
	fedora:dbus | ostree:dbus) set -- dbus-broker ;;
	fedora:perl-base | ostree:perl-base) set -- perl-interpreter ;;
	fedora:npm | ostree:npm) set -- nodejs-npm ;;
	suse:dbus | transactional:dbus) set -- dbus-1 ;;
	suse:npm | transactional:npm) set -- npm-default ;;
	arch:perl-base) set -- perl ;;
	arch:hostname) set -- inetutils ;;
	suse:containernetworking-plugins | transactional:containernetworking-plugins | arch:containernetworking-plugins) set -- cni-plugins ;;
	esac
	case $found in
	debian) echo "apt-get install $1" ;;
	fedora) echo "dnf install $1" ;;
	ostree) echo "rpm-ostree install --apply-live $1" ;;
	suse) echo "zypper install $1" ;;
	transactional) echo "transactional-update pkg install $1, then reboot" ;;
	arch) echo "pacman -S $1" ;;
	*) echo "install the package $1 (or what your distribution calls it)" ;;
	esac
}

install_packages() {
	case $(family) in
	debian) apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null ;;
	fedora) dnf install -y -q "$@" ;;
	ostree) rpm-ostree install --idempotent --apply-live --assumeyes "$@" ;;
	suse) zypper --non-interactive install "$@" ;;
	transactional) transactional-update --non-interactive pkg install "$@" ;;
	arch) pacman -S --noconfirm --needed "$@" ;;
	esac
}

# Distributions lack some of them, so a missing package must not keep the others from being installed.
install_image_tools() {
	[ -n "$(family)" ] || die "--with-images: install.sh does not know this distribution. Install skopeo, umoci and crun by hand"
	wanted=$(missing_image_tools)
	# shellcheck disable=SC2086
	[ -z "$wanted" ] || install_packages $wanted || for tool in $wanted; do
		install_packages "$tool" || :
	done
	wanted=$(missing_image_tools)
	[ -n "$wanted" ] || return 0
	[ "$(family)" != transactional ] || die "--with-images: the packages are there after a reboot: reboot, and call install.sh again"
	die "--with-images: the repositories of this distribution lack $wanted. Put the programs into /usr/local/bin, and leave out --with-images"
}

missing_image_tools() {
	missing_tools=''
	for tool in skopeo umoci crun; do
		command -v "$tool" >/dev/null || missing_tools="$missing_tools${missing_tools:+ }$tool"
	done
	echo "$missing_tools"
}

# Only images of registries need these tools.
say_missing_image_tools() {
	missing_tools=$(missing_image_tools)
	[ -z "$missing_tools" ] || say "To pull images of registries, this host also needs $(echo "$missing_tools" | sed 's/ /, /g'): $0 --with-images"
}
