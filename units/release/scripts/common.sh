# What the scripts of the packages share. It is installed beside the files of install.sh that do the same work.
# shellcheck shell=sh disable=SC1090,SC1091,SC2034

PREFIX=/usr DESTDIR='' yes=yes keep_pods=no keep_config=yes kubeconfig='' settings=''
parts=/usr/lib/unitlet/install top=/usr/lib/unitlet/install

for part in progress place endpoint remove; do
	. "$parts/$part.sh"
done
manifest=$parts/manifest

is_running() {
	[ -d /run/systemd/system ]
}

# Without the progress of install.sh: a package manager has its own.
step() {
	shift
	"$@" || :
}

# dpkg and rpm replace files one by one, and do not say which ones differ.
has_changed() {
	:
}
