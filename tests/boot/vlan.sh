#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node behind a trunk reaches its root on a tagged VLAN.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img" --with vlan
check "a switch for VLAN 10 is made" "$TOP/tests/fixtures/vlan_switch.sh" \
	"$KERNEL_VERSION" "$KERNEL_TREE" 10 "$WORK/switch.img" || finish
lab_up --root "$WORK/root"

node_boot switch --direct --memory 256 --cpus 1 --kernel "$KERNEL" --initrd "$WORK/switch.img" \
	--append quiet --nic virtio,bridge=trunk --nic virtio
expect_console switch '^VLAN-SWITCH ready' 20 || finish
node_boot v01 --direct --no-reboot --kernel "$KERNEL" --initrd "$WORK/base.img" \
	--nic virtio,bridge=trunk --append \
	"quiet vlan=eth0.10:eth0 ip=eth0.10:dhcp root=nfs:10.87.0.1:/srv/root test.do=poweroff"
expect_console v01 '^SECOND-STAGE ready' 40 "the second stage runs"
check "the address is on the VLAN's link" \
	console_has v01 '^SECOND-STAGE address eth0\.10 10\.87\.0\.'
check_not "the trunk has none" console_has v01 '^SECOND-STAGE address eth0 '
expect_off v01 20
finish
