#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Drivers and modules that are missing, damaged or for another kernel are told of, with what to do.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

# Write over the beginning of the module $2 in the uncompressed initrd $1.
damage_module()
{
	# shellcheck disable=SC2317 # called by check
	python3 - "$1" "$2" <<- 'END'
		import sys
		path, name = sys.argv[1], sys.argv[2].encode()
		data = bytearray(open(path, "rb").read())
		at = data.index(b"\0", data.index(b"/" + name + b".ko\0"))
		begin = data.index(b"\x7fELF", at)
		assert begin - at < 8
		data[begin : begin + 64] = b"damaged!" * 8
		open(path, "wb").write(data)
	END
}

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
make_initrd "$WORK/damaged.img" --drivers virtio_net,e1000e --compression none
check "a module is damaged" damage_module "$WORK/damaged.img" virtio_net
lab_up --root "$WORK/root"
append="quiet root=nfs:10.87.0.1:/srv/root test.do=poweroff"

node_boot foreign --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
	--nic e1000e --append "$append"
node_boot damaged --direct --kernel "$KERNEL" --initrd "$WORK/damaged.img" --memory 256 \
	--nic virtio --nic e1000e --append "$append"
expect_console damaged \
	'modules: load the driver: virtio_net: signature rejected .*damaged.*rebuild the initrd' 40 \
	"a damaged driver is told of"
expect_console damaged '^SECOND-STAGE ready' 40 "and survived: the other NIC serves"
expect_console foreign \
	'link: find a network interface: PCI 8086:10d3: no such device .*--drivers auto' 40 \
	"a NIC without a driver is told of, with its PCI id and what to do"
expect_off damaged 20
lab power foreign off

# overlayfs is not in this initrd.
node_boot overlay --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
	--append "$append wireroot.overlay=tmpfs"
node_boot shell --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
	--append "$append wireroot.overlay=tmpfs wireroot.onfail=shell"
expect_console overlay 'overlay: mount the overlay: .*no such device .*--with overlay' 40 \
	"an overlay that the initrd has no module for is told of"
expect_console overlay 'cannot go on; the node waits here' 10 "the node waits for somebody to look"
expect_console shell 'overlay: start the rescue shell: .*--with rescue' 40 \
	"a shell that the initrd lacks is told of"
expect_console shell 'cannot go on; the node waits here' 10 "and then the node waits, too"
check "instead of trying again for ever" \
	[ "$(grep -ac 'mount the overlay' "$LAB/shell.console")" -eq 1 ]
lab power overlay off
lab power shell off

# A boot loader that pairs an initrd with another kernel's.
use_kernel 6.12
pattern=$(printf '%s' "$KERNEL_VERSION" | sed 's/[.+]/\\&/g')
node_boot newer --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
	--append "$append"
expect_console newer \
	"modules: find the drivers for the running kernel: /lib/modules/$pattern: no such file .*built for another kernel" \
	40 "an initrd for another kernel is told of"
expect_console newer 'cannot go on; the node waits here' 10 "the node waits for somebody to look"
finish
