#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The user guide's first chapter, command by command, on a Debian server with systemd, dnsmasq and the
# kernel's NFS server, in a virtual machine; then a node boots from that server. With WIREROOT_GUIDE=iscsi in
# the environment, the third chapter as well: LVM, tgt, and a node that boots from its own disk.
#
# The server's root is a disk, as servers have one: NFS 4 leads from the root to what is exported, and
# the kernel exports no overlay. The machine starts from the lab's NFS server and goes over to the disk.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"

SERVER_MAC=52:54:00:a0:00:00
GUIDE=$TOP/Documentation/user-guide.md
packages='' chapters=(1)

with_iscsi()
{
	[ "${WIREROOT_GUIDE:-}" = iscsi ]
}

if with_iscsi; then
	packages=tgt,lvm2,thin-provisioning-tools,xfsprogs
	chapters=(1 3)
fi

# What the guide says to install, installed.
make_server_root()
{
	local root=$WORK/server

	if ! "$TOP/tests/fixtures/server_root.sh" "$root" ${packages:+"$packages"} > "$WORK/root.log" 2>&1 ||
		! make -s -C "$TOP" install DESTDIR="$root" PREFIX=/usr/local >> "$WORK/root.log" 2>&1 ||
		! cp -a "$KERNEL_TREE/lib/modules" "$root/lib/"; then
		give_up "a server's root is made"
	fi
	echo 52:54:00:a0:00:0b kiosk > "$root/etc/ethers"
	printf '127.0.0.1 localhost server\n10.0.0.50 kiosk\n' > "$root/etc/hosts"
	# The console is for what the guide's commands say.
	chroot "$root" systemctl -q mask serial-getty@ttyS0
}

# The image that the guide builds, where the guide has it.
make_image()
{
	local image=$WORK/server/srv/wireroot/images/debian12 root=debian_root
	with_iscsi && root=debian_iscsi_root

	mkdir -p "$image"
	if ! "$TOP/tests/fixtures/$root.sh" "$image" > "$WORK/root.log" 2>&1 ||
		! cp "$KERNEL" "$KERNEL_TREE/boot/config-$KERNEL_VERSION" "$image/boot/" ||
		! cp -a "$KERNEL_TREE/lib/modules" "$image/lib/"; then
		give_up "the image is made"
	fi
	with_iscsi || return
	# An emulated server writes it to a disk; these take half of it, and no node here has such devices.
	rm -rf "$image/lib/modules/$KERNEL_VERSION/kernel"/{sound,drivers/{gpu,media,staging,net/wireless}}
	depmod -b "$image" "$KERNEL_VERSION" || give_up "the image is made"
}

# The server's root as a disk; what the machine starts from is the way there.
make_disk()
{
	cat > "$WORK/server/usr/local/sbin/to-disk" <<- 'END'
	#!/bin/sh
	modprobe -a virtio_blk ext4
	mount /dev/vda /mnt || exec sh
	for place in dev proc sys run; do
		mount --move "/$place" "/mnt/$place"
	done
	exec switch_root /mnt /sbin/init
	END
	chmod 755 "$WORK/server/usr/local/sbin/to-disk"
	if ! truncate -s 4G "$WORK/disk.ext4" ||
		! mkfs.ext4 -q -d "$WORK/server" "$WORK/disk.ext4"; then
		give_up "the server's disk is made"
	fi
	rm -rf "$WORK/server/srv/wireroot" "$WORK/server/var/cache/wireroot"
}

# Compressing every wired driver takes an emulated processor minutes; ours does it beforehand. What the
# cache holds is named by what it was made of, so that the server finds it.
warm_cache()
{
	local chapter
	: > "$WORK/cluster.yaml"
	for chapter in "${chapters[@]}"; do
		awk -v chapter="$chapter" '/^## / { there = $2 == chapter "." } !there { next }
			/^```yaml/ { inside = 1; next } /^```/ { inside = 0 } inside' "$GUIDE" > "$WORK/lines"
		awk -f "$TOP/tests/fixtures/type_in.awk" "$WORK/cluster.yaml" "$WORK/lines" > "$WORK/typed"
		sed "s, /srv/wireroot, $WORK/server/srv/wireroot," "$WORK/typed" > "$WORK/cluster.yaml"
		# What the commands between the lines make of it.
		[ "$chapter" = 1 ] || sed -i -e 's/profiles: compute/profiles: disk/' \
			-e 's/^  n03: { /&overlay: "tmpfs:8g", /' "$WORK/cluster.yaml"
		warm_cache_for_definition
	done
}

warm_cache_for_definition()
{
	if ! "$WIREROOT" plan --cluster "$WORK/cluster.yaml" --state "$WORK/state" \
		--cache "$WORK/server/var/cache/wireroot" > "$WORK/plan.log" 2>&1; then
		sed 's/^/# /' "$WORK/plan.log"
		give_up "base images are built"
	fi
}

# The guide as a program of the server's, which tells the console how each command went.
make_program()
{
	local program=$WORK/server/usr/local/sbin/guide

	cp "$TOP/tests/fixtures/type_in.awk" "$WORK/server/usr/local/share/"
	! with_iscsi || : > "$WORK/server/etc/guide-of-iscsi"
	cat - <(for chapter in "${chapters[@]}"; do
		awk -v chapter="$chapter" -f "$TOP/tests/fixtures/guide_commands.awk" "$GUIDE"
	done) > "$program" << 'END'
#!/bin/bash
exec > /dev/console 2>&1 < /dev/null
export TERM=dumb SYSTEMD_PAGER= COLUMNS=200
EDITED=

type_in()
{
	touch "$EDITED"
	awk -f /usr/local/share/type_in.awk "$EDITED" - > /run/typed && cp /run/typed "$EDITED"
}

# The disk for nodes' disks is there by another name, and questions are answered.
run()
{
	local command=${1//\/dev\/sdb//dev/vdb}
	case $command in
	*'storage remove'*) script -qec "$command" /dev/null <<< y ;;
	*) bash -c "$command" ;;
	esac
}

guide()
{
	local status

	case $2 in
	# What is there already, or wants a person.
	*apt-get* | make* | 'sudo make'* | *'image build'* | *'passwd root' | *'wireroot lab'*) return ;;
	'sudo editor '*)
		EDITED=${2##* }
		return
		;;
	esac
	echo "GUIDE $1 \$ $2"
	case $2 in
	# Until the machine that is switched on meanwhile has become a node.
	*'wireroot discover'*)
		[ ! -e /etc/guide-of-iscsi ] || return 0
		exec 3< <(bash -c "$2" 2>&1)
		while read -r line <&3; do
			echo "GUIDE > $line"
			[[ $line == *' n09'* ]] && echo "GUIDE $1 done" && return
		done
		echo "GUIDE $1 failed"
		return 1
		;;
	esac
	run "$2" 2>&1 | tr -d '\r' | sed 's/^/GUIDE > /'
	status=${PIPESTATUS[0]}
	if [ "$status" -ne 0 ]; then
		echo "GUIDE $1 failed with $status"
		systemctl --no-pager --failed
		return 1
	fi
	echo "GUIDE $1 done"
}

ip link set dev eth1 down && ip link set dev eth1 name eno2 && ip link set dev eno2 up &&
	ip address add 10.0.0.1/24 broadcast + dev eno2 || exit
echo "GUIDE begins"
END
	echo 'echo "GUIDE ends"' >> "$program"
	chmod 755 "$program"
	cat > "$WORK/server/etc/systemd/system/guide.service" <<- 'END'
	[Unit]
	After=multi-user.target
	[Service]
	Type=oneshot
	ExecStart=/usr/local/sbin/guide
	[Install]
	WantedBy=multi-user.target
	END
	chroot "$WORK/server" systemctl -q enable guide
}

# One that is defined, and one that nobody knows yet.
expect_nodes()
{
	expect_console server '^GUIDE ([0-9]+ . sudo wireroot discover|[0-9]+ failed)' 180 \
		"the guide's commands come as far as discovery"
	node_boot n03 --no-reboot --memory 768 --nic virtio,bridge=inner,mac=52:54:00:a0:00:03
	expect_console n03 '^wireroot-console: multi-user reached by n03' 150 "a node boots from the server"
	expect_console n03 'root: .* by NFS 4\.2' 10 "… its root by NFS 4.2"
	lab power n03 off
	node_boot ninth --memory 768 --nic virtio,bridge=inner,mac=52:54:00:a0:00:0a
	expect_console ninth '^wireroot-console: multi-user reached by n09' 240 "an unknown machine becomes n09"
	lab power ninth off
}

# Not n03, which is off when the guide gives it a fresh disk.
expect_node_with_disk()
{
	expect_console server '^GUIDE ([0-9]+ . sudo wireroot storage list|[0-9]+ failed)' 600 \
		"the guide's commands come as far as disks that nodes can boot from"
	node_boot n01 --no-reboot --memory 768 --nic virtio,bridge=inner,mac=52:54:00:a0:00:01
	expect_console n01 '^wireroot-console: multi-user reached by n01, root xfs /dev/sda' 150 \
		"a node boots from its own disk"
	expect_console n01 'root: sda \(xfs\) on .*n01 by iSCSI from 10\.0\.0\.1:3260, read-write' 10 \
		"… by iSCSI"
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_server_root
make_image
warm_cache
make_program
make_disk
make_initrd "$WORK/base.img" --with overlay
lab_up --export "/srv/root=$WORK/server,ro"

drives=(-drive "file=$WORK/disk.ext4,format=raw,if=virtio")
if with_iscsi; then
	truncate -s 520G "$WORK/nodes.disk"
	drives+=(-drive "file=$WORK/nodes.disk,format=raw,if=virtio,discard=unmap")
fi
node_boot server --direct --memory 1024 --cpus 2 --kernel "$KERNEL" --initrd "$WORK/base.img" \
	--nic virtio --nic "virtio,bridge=inner,mac=$SERVER_MAC" \
	--append "quiet root=nfs:10.87.0.1:/srv/root ro wireroot.overlay=tmpfs init=/usr/local/sbin/to-disk" \
	-- "${drives[@]}"
expect_console server '^GUIDE begins' 120 "the server is up" || finish
if with_iscsi; then
	expect_node_with_disk
else
	expect_nodes
fi
expect_console server '^GUIDE (ends|[0-9]+ failed)' 120 "the guide's commands come to an end"
check_not "none of them fails" console_has server '^GUIDE [0-9]+ failed' ||
	grep -a '^GUIDE' "$LAB/server.console" | tail -n 40 | sed 's/^/# /'
finish
