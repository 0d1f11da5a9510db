# The files of a machine: an overlay over a whole distribution, without the settings and services of this host.
# shellcheck shell=sh disable=SC2154

# The size of the tmpfs for the upper directory, which cannot be on an overlay such as the root of a CI container.
disk_size=${UNITLET_TEST_DISK:-4g}

make_root() {
	dir=$machines/$1
	mkdir "$dir/disk" "$dir/root"
	mount -t tmpfs -o "size=$disk_size,mode=755" unitlet-test "$dir/disk"
	mkdir "$dir/disk/upper" "$dir/disk/work"
	mount -t overlay -o "lowerdir=$2,upperdir=$dir/disk/upper,workdir=$dir/disk/work" unitlet-test "$dir/root" ||
		die "cannot mount an overlay over $2: the kernel needs overlayfs, and $2 must not be an overlay over an overlay"
	echo "$3" >"$dir/machine-id"
	forget_host "$dir/root"
	mask_noise "$dir/root"
	name_machine "$dir/root" "$1" "$3"
}

# Mounts a disk for overlays: the upper directory of an overlay cannot be on an overlay, as the machine's files are.
make_own_disk() {
	mkdir "$machines/$1/own"
	mount -t tmpfs -o "size=$disk_size,mode=700" unitlet-test "$machines/$1/own"
}

remove_root() {
	for mounted in root disk own; do
		mountpoint -q "$machines/$1/$mounted" || continue
		until_true 30 umount "$machines/$1/$mounted" 2>/dev/null || die "cannot unmount $machines/$1/$mounted: some process still uses it (fuser -vm shows which)"
	done
	rm -rf --one-file-system "${machines:?}/$1"
}

forget_host() {
	(
		cd "$1" || exit
		rm -rf etc/systemd/system etc/systemd/system.conf.d etc/systemd/journald.conf.d etc/fstab \
			etc/unitlet var/lib/unitlet usr/local/lib/unitlet usr/local/bin/unitlet var/log/journal var/lib/systemd/timers \
			usr/local/lib/systemd/system/unitlet-*
		mkdir -p etc/systemd/system var/log/journal
		: >etc/environment
		printf 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n' >etc/profile
	)
}

# Masks all generators, which create units for the host's fstab, init scripts, consoles and clusters of PostgreSQL.
mask_noise() {
	(
		cd "$1" || exit
		mkdir -p etc/systemd/system-generators
		for generator in lib/systemd/system-generators/* usr/lib/systemd/system-generators/*; do
			ln -sf /dev/null "etc/systemd/system-generators/${generator##*/}"
		done
		for unit in $noisy_units; do
			ln -s /dev/null "etc/systemd/system/$unit"
		done
	)
}

# Units that a distribution starts by links below /lib, and units that would change this host (sysctl, modules, clock).
noisy_units='
	cryptsetup.target integritysetup.target veritysetup.target getty.target getty-static.service console-getty.service
	dev-hugepages.mount proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount
	sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount var-lib-machines.mount
	kmod-static-nodes.service ldconfig.service logrotate.timer
	systemd-ask-password-console.path systemd-ask-password-wall.path systemd-binfmt.service systemd-boot-system-token.service
	systemd-firstboot.service systemd-homed.service systemd-hwdb-update.service systemd-initctl.socket systemd-journal-catalog-update.service
	systemd-journald-audit.socket systemd-machine-id-commit.service systemd-modules-load.service
	systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service systemd-pcrphase-sysinit.service systemd-pcrphase.service
	systemd-pstore.service systemd-random-seed.service systemd-repart.service systemd-resolved.service systemd-sysctl.service
	systemd-timesyncd.service systemd-tmpfiles-setup-dev.service systemd-tmpfiles-setup-dev-early.service systemd-udev-load-credentials.service
	systemd-udev-trigger.service systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket
	systemd-update-done.service systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-userdbd.socket
	containerd.service docker.service docker.socket ssh.service ssh.socket cron.service nginx.service redis-server.service postgresql.service docker-registry.service'

name_machine() {
	(
		cd "$1" || exit
		echo "$2" >etc/hostname
		printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n127.0.1.1 %s\n' "$2" >etc/hosts.new
		mv etc/hosts.new etc/hosts
		# Without an ID, systemd would regard this as the first boot and apply the distribution's presets.
		echo "$3" >etc/machine-id
	)
}
