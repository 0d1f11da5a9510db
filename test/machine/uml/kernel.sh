#!/bin/sh
# Prints the path of a directory with a user-mode Linux kernel (`linux`) and its modules (`modules`). It is made once, in a cache.
# UNITLET_TEST_KERNEL=ready (default): the binary of Debian testing, in seconds. It lacks PSI, Landlock and NAT by nftables.
# UNITLET_TEST_KERNEL=build: Debian's source with these too, in about 10 minutes of CPU time.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for part in shell packages; do
	# shellcheck disable=SC1090
	. "$here/../../support/$part.sh"
done
# shellcheck source=archive.sh
. "$here/archive.sh"
kind=${UNITLET_TEST_KERNEL:-ready}
# Set in addition to Debian's configuration. Without modules the kernel needs none of another version.
# The CNI plugins bridge, portmap and bandwidth need those of the network: tables of nftables with NAT, an ifb device, a queue with a rate.
options='PSI SECURITY_LANDLOCK DEBUG_INFO_NONE
	NF_TABLES_INET NF_TABLES_NETDEV NFT_NAT NFT_FIB_IPV4 NFT_FIB_IPV6 NFT_FIB_INET
	NET_SCH_TBF NET_SCH_INGRESS NET_CLS_U32 NET_CLS_MATCHALL NET_ACT_MIRRED IFB'
# Left out, because no test needs it and it takes time.
without='(BTRFS|XFS|JFS|EXT2)_FS|SECURITY_(SELINUX|SMACK|TOMOYO)|HID_SUPPORT|XFRM_USER|NET_KEY|DEBUG_INFO_[A-Z_]+'
# Of Debian's modules only these are compiled, because all 850 of them would take most of the time.
modules='(AUTOFS|BINFMT_MISC|BLK_DEV_(LOOP|RAM)|BRIDGE|CONFIGFS|DUMMY|FUSE|IFB|IKCONFIG|INET|IP6?_NF|IP_SET|IPVLAN|LLC|MACVLAN|NETFILTER|NETLINK|NFT?_|OVERLAY|PACKET|QFMT|QUOTA|SQUASHFS|STP|TAP|TUN|UNIX_DIAG|VETH|VLAN|VXLAN)'
kernel=$cache/kernel-$kind
# Other options make another kernel.
[ "$kind" = ready ] || kernel=$kernel-$(echo "$options $without $modules" | sha256sum | cut -c 1-12)

# The kernels of Debian 12 and 13 panic on processors with AMX, because their buffer for the registers is too small.
get_ready() {
	fetch_testing user-mode-linux libc6
	libc=$(dirname "$(find "$PWD/libc6" -name 'ld-linux-*.so.*' -path '*-linux-gnu/*')")
	cp -R "$libc" libc
	mv user-mode-linux/usr/lib/uml/modules modules
	for version in modules/*/; do
		mkdir -p root/lib && ln -sfn ../../modules root/lib/modules
		depmod -b root "$(basename "$version")"
	done
	# It is linked with a newer C library than this host may have, so it gets its own, at the path where it will be.
	cp user-mode-linux/usr/bin/linux.uml linux
	patchelf --set-interpreter "$kernel/libc/$(basename "$(ls libc/ld-linux-*.so.*)")" --set-rpath "$kernel/libc" linux
	rm -rf user-mode-linux libc6 root
}

build() {
	get_ready
	fetch_testing linux-source
	source=$(apt_testing apt-cache depends linux-source | awk '$1 == "Depends:" { print $2; exit }')
	fetch_testing "$source"
	tar -xf "$source/usr/src/$source.tar.xz"
	# With random addresses the kernel executes /proc/self/exe once more, which is the loader here.
	setarch --addr-no-randomize "$(echo libc/ld-linux-*.so.*)" --library-path libc ./linux --showconfig >"$source/.config"
	sed -Ei "/^CONFIG_$modules/!s/^(CONFIG_.*)=m\$/# \1 is not set/" "$source/.config"
	sed -Ei "s/^CONFIG_($without)=y\$/# CONFIG_\1 is not set/" "$source/.config"
	for option in $options; do
		echo "CONFIG_$option=y" >>"$source/.config"
	done
	# Landlock acts only when it is in this list.
	sed -i 's/^CONFIG_LSM="/&landlock,/' "$source/.config"
	say "compiling the kernel, once"
	for target in olddefconfig mod2yesconfig "-j$(nproc) linux"; do
		# shellcheck disable=SC2086
		nice -n 15 make -C "$source" ARCH=um $target >build.log 2>&1 || die "cannot compile the kernel: $(tail -n 20 build.log)"
	done
	cp "$source/linux" linux
	rm -rf "$source" linux-source modules libc
	mkdir modules
}

make_kernel() {
	must_be_prepared "a kernel"
	say "fetching a user-mode Linux kernel, once"
	# shellcheck disable=SC2086
	ensure_commands $uml_packages
	[ "$kind" = ready ] || ensure_commands flex:flex bison:bison bc:bc gcc:gcc make:make
	rm -rf "$kernel.new"
	mkdir "$kernel.new"
	cd "$kernel.new"
	case $kind in
	ready) get_ready ;;
	build) build ;;
	*) die "UNITLET_TEST_KERNEL is 'ready' or 'build', not '$kind'" ;;
	esac
	cd "$cache"
	mv "$kernel.new" "$kernel"
	"$kernel/linux" --showconfig >"$kernel/config"
}

mkdir -p "$cache"
(
	flock 9
	[ -e "$kernel/config" ] || make_kernel
) 9>"$cache/.lock-${kernel##*/}"
echo "$kernel"
