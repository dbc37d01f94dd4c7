#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An image that `wireroot image build` makes of Debian's packages, its kernel and modules found inside, is
# what a node boots by the network: its own kernel, systemd as its init, the root by NFS.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"

SERIES=${WIREROOT_KERNEL:-6.1}
IMAGE=$WORK/images/debian

# Debian 12's own kernel comes by itself; a newer one is asked for, and is beside it.
build_image()
{
	local more=()

	[ "$SERIES" = 6.1 ] || more=(--packages "linux-image-$SERIES-$(dpkg --print-architecture)")
	"$WIREROOT" image build --images "$WORK/images" "${more[@]}" --hook "$WORK/hook" debian < /dev/null
}

kernels_are_found()
{
	"$WIREROOT" image list --images "$WORK/images" --cluster "$CLUSTER" --state "$LAB/state" --json |
		jq -e --arg series "$SERIES." 'any(.[] | select(.name == "debian").kernels[]; .version | startswith($series))'
}

# Says once it is up, and by which kernel, on a line of its own behind the console's prompt; then it goes off.
cat > "$WORK/hook" << 'END'
#!/bin/sh
cat > "$1/etc/systemd/system/boot-test.service" << 'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'printf "\\n%%s\\n" "TEST kernel $(uname -r) root $(findmnt -n -o FSTYPE /) host $(uname -n)" > /dev/console'
ExecStart=/bin/systemctl --no-block poweroff
[Install]
WantedBy=multi-user.target
UNIT
chroot "$1" systemctl -q enable boot-test
END
chmod 755 "$WORK/hook"
check "an image is built" build_image || finish
cat > "$CLUSTER" << END
cluster: { name: test }
networks: { boot: { subnet: 10.87.0.0/24 } }
servers: { server: { address: 10.87.0.1, roles: [boot, nfs] } }
images: { debian: { path: $IMAGE, kernel: newest } }
nodes:
  n01:
    image: debian
    drivers: [virtio_net]
    overlay: tmpfs
    append: [quiet, console=ttyS0, no_timer_check]
    address: 10.87.0.11
    mac: 52:54:00:77:00:01
    lab: { memory: 768, cpus: 1 }
END
cluster_up
check "its kernel is found" kernels_are_found
node_power n01
expect_console n01 "^TEST kernel $SERIES\\..* root overlay host n01" 300 "a node boots it, by the kernel that is in it"
expect_off n01 90
finish
